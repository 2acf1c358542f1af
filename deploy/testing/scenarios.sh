# shellcheck shell=bash
# The stories of test-install.sh, each on a machine of its own.
# shellcheck disable=SC2016 # commands are for the machine's shell
# shellcheck disable=SC2154 # machine is set by make_machine

# Names, owners and modes of all that an installation could leave behind.
list_files() {
  on 'cd / && find etc opt usr/local var/lib var/backups var/cache/ai-desktop home srv root -xdev ! -path "root/source*" ! -path "root/.pm2*" ! -path "root/.npm*" \
    ! -path "var/lib/systemd/*" ! -path "var/lib/apt/*" ! -path "var/lib/dpkg/*" ! -path "var/lib/logrotate/*" ! -path "usr/local/lib/test*" \
    ! -path "etc/passwd*" ! -path "etc/group*" ! -path "etc/shadow*" ! -path "etc/gshadow*" ! -path "etc/subuid*" ! -path "etc/subgid*" ! -path "etc/.pwd.lock" \
    ! -path "var/lib/private*" -printf "%p %u:%g %m\n" | sort'
  printf '%s\n' "$out"
}

get() { on "curl -sk -o /dev/null -w '%{http_code}' --max-time 5 $1"; }
answers_with() { get "$2" && [ "$out" = "$1" ]; }
panel_answers() { on 'curl -sk --resolve panel.test:443:127.0.0.1 https://panel.test/health' && prints '"status":"healthy"'; }
pids() { on "ps -o pid= -u ai-desktop --sort=pid -o args | awk '/main.ts|ai-desktop-/ && !/helper/ { print \$1 }' | tr '\n' ' '" && printf '%s' "$out"; }
install() { on "/root/source/deploy/vps-install.sh --yes $1"; }

# Root's own PM2 with two apps, another site that is reached by any name, and files.
furnish_lived_in() {
  mkdir -p "$machine/srv/www" "$machine/root/app"
  printf 'shop' >"$machine/srv/www/index.html"
  printf 'setInterval(() => {}, 1000);\n' >"$machine/root/app/app.js"
  rm -f "$machine/etc/nginx/sites-enabled/default"
  printf 'server {\n    listen 80; # everything\n    server_name _;\n    root /srv/www;\n}\n' >"$machine/etc/nginx/sites-enabled/shop"
}

test_lived_in() {
  make_machine lived node18
  furnish_lived_in
  put_source
  boot
  chroot "$machine" useradd --create-home deploy
  chroot "$machine" chown -R deploy:deploy /root/source
  check "root has apps in a PM2" on 'cd app && node /usr/local/lib/test/node_modules/pm2/bin/pm2 start app.js --name one && node /usr/local/lib/test/node_modules/pm2/bin/pm2 start app.js --name two'
  check "Debian has Node 18 and npm 9" on 'node --version | grep -q ^v18 && npm --version | grep -q ^9'
  before="$(list_files)"

  check "the plan is made" install "--plan --domain panel.test"
  check "the plan names root's PM2" prints "root runs another PM2"
  check "the plan says that /srv is read only, and what to do" prints "setfacl"
  check "the plan names what is optional" prints "Docker is not installed"
  check "the plan changes nothing" [ "$(list_files)" = "$before" ]

  check "installs" install "--domain panel.test"
  check "ends with the panel's address" prints "The panel runs at https://panel.test"
  check "looks at the panel through nginx" prints "ok      web app through nginx"
  check "says what may keep visitors out, where DNS does not lead here" lacks "Error"
  check "answers at its public name" panel_answers
  check "leaves the other site to those who come by address" answers_with 200 http://127.0.0.1/
  check "leaves the other site its own name" answers_with 200 http://shop.test/
  check "leads from http to https" answers_with 308 http://panel.test/
  check "leaves root's apps alone" on 'test "$(node /usr/local/lib/test/node_modules/pm2/bin/pm2 jlist --silent | grep -o "\"status\":\"online\"" | wc -l)" = 2'
  check "runs in its unit" on 'systemctl is-active ai-desktop-pm2 && grep -q ai-desktop-pm2 /proc/$(cat /var/lib/ai-desktop/.pm2/pm2.pid)/cgroup && ! systemctl is-failed --quiet "ai-desktop*"'
  check "gives no code to other users" on '! find /opt/ai-desktop /usr/local/bin/ai-desktop /etc/systemd/system/ai-desktop* \( ! -user root -o ! -group root -o -perm /022 \) ! -type l | grep -m 5 .'
  on 'curl -sk --resolve panel.test:443:127.0.0.1 https://panel.test/api/setup'
  check "waits for its first account" prints '"needed":true'

  test_helper
  before_pids="$(pids)"
  check "installs again" install "--domain panel.test"
  check "says that it builds nothing" lacks "Building"
  check "restarts nothing when nothing changed" [ "$(pids)" = "$before_pids" ]

  check "takes another name" install "--domain other.test"
  check "says what it changes" prints "change PUBLIC_ORIGIN in /etc/ai-desktop/env from https://panel.test to https://other.test"
  check "answers at the other name" on 'curl -s --cacert /etc/ssl/ai-desktop/fullchain.pem https://other.test/health'
  check "takes the first name again" install "--domain panel.test"

  on 'echo MCP_ALLOWED_COMMANDS=/usr/bin/node >>/etc/ai-desktop/env; ai-desktop pm2 restart all >/dev/null; sleep 1; tr "\0" "\n" </proc/$(ai-desktop pm2 pid ai-desktop-backend)/environ; ai-desktop pm2 jlist --silent'
  check "keeps settings out of PM2's list" lacks "MCP_ALLOWED_COMMANDS"
  check_settings_arrive "under PM2"
  test_commands
  test_rotation
  test_upgrades

  halt
  boot
  check "is back after a reboot" on 'for i in $(seq 60); do ai-desktop status >/dev/null 2>&1 && break; sleep 1; done; ai-desktop status'
  check "has its root helper after a reboot" on 'ai-desktop helper status'
  check "runs in its unit after a reboot" on 'systemctl is-active ai-desktop-pm2'

  check "goes over to systemd" install "--systemd"
  check "leaves no PM2 of the panel" on '! pgrep -u ai-desktop -f "God Daemon"'
  check "runs three units" on 'systemctl is-active ai-desktop@web ai-desktop@api ai-desktop@realtime'
  check "answers under systemd" panel_answers
  check_settings_arrive "under systemd"
  check "runs programs of Debian's Node in a unit" test_mcp
  check "goes back to PM2" install "--pm2"
  check "leaves no unit of systemd's" on '! systemctl is-active "ai-desktop@*" | grep -q ^active'
  check "answers under PM2 again" panel_answers

  check "uninstalls" on '/root/source/deploy/vps-install.sh --uninstall --yes'
  check "keeps the state" on 'test -e /var/lib/ai-desktop/data/state.db && test -e /etc/ai-desktop/env && ! test -e /opt/ai-desktop'
  check "leaves nothing that runs" on '! ps -u ai-desktop'
  check "purges" on '/root/source/deploy/vps-install.sh --uninstall --purge --yes'
  after="$(list_files)"
  out="$(diff <(printf '%s\n' "$before") <(printf '%s\n' "$after") || true)"
  check "leaves nothing behind" [ -z "$out" ]
  check "leaves the other site" answers_with 200 http://127.0.0.1/
  end_machine
}

# The root helper in its hardened unit, started by its socket.
test_helper() {
  check "has no root helper at first" on 'ai-desktop helper status | grep -q "is off" && ! test -e /run/ai-desktop-helper'
  check "turns the root helper on" on 'ai-desktop helper on'
  check "finds root's PM2, to read" prints "root  /root/.pm2  read-only"
  check "runs in its unit, by its socket" on 'systemctl is-active ai-desktop-helper.socket ai-desktop-helper.service'
  check "lets nobody else in" on 'test "$(stat -c "%U %a" /run/ai-desktop-helper/socket)" = "ai-desktop 600" && ! runuser -u deploy -- test -w /run/ai-desktop-helper/socket'
  check "does not act for root unasked" on '! ai-desktop helper allow root'
  check "acts for root when root says so" on 'ai-desktop helper allow --privileged root && ai-desktop helper status'
  check "which shows" prints "root  /root/.pm2  may be changed"
  on 'ai-desktop helper forget root'
  check "writes its calls into the journal" on 'journalctl -u ai-desktop-helper | grep -q daemons.list'
}

# A value that no service takes keeps all of them from starting, once it has arrived.
check_settings_arrive() {
  on 'sed -i /^LOG_LEVEL/d /etc/ai-desktop/env; echo LOG_LEVEL=none-such >>/etc/ai-desktop/env; HEALTH_LIMIT=3 ai-desktop restart >/dev/null 2>&1; code=$?; sed -i /^LOG_LEVEL/d /etc/ai-desktop/env; ai-desktop restart >/dev/null 2>&1; exit $code'
  check "settings arrive with a restart $1" [ "$status" != 0 ]
  check "and the right ones again $1" panel_answers
}

test_commands() {
  check "ai-desktop status, from any folder" on 'cd / && ai-desktop status'
  check "ai-desktop smoke, through nginx too" prints "ok      WebSocket through nginx"
  check "makes an account" on 'cd / && ai-desktop admin create owner | tee /root/account'
  check "verifies the trail" on 'cd /tmp && ai-desktop audit verify'
  check "backs up" on 'cd /tmp && ai-desktop backup state.tar.gz && test "$(stat -c %a /tmp/state.tar.gz)" = 600'
  check "backs up from the clone" on 'cd /root/source && ./deploy/backup.sh /tmp/clone.tar.gz && tar -tzf /tmp/clone.tar.gz | grep -q state/state.db'
  check "smoke.sh of the clone" on 'cd /root/source && ./deploy/smoke.sh'
  check "restores nothing while it runs" on '! ai-desktop restore /tmp/state.tar.gz'
  check "says how to stop it" prints "ai-desktop stop"
  check "stops, restores and starts" on 'ai-desktop stop && cd /tmp && ai-desktop restore state.tar.gz && ai-desktop start'
  check "has a state of its own user" on '! find /var/lib/ai-desktop/data ! -user ai-desktop | grep -q .'
  check "answers after the restore" panel_answers
  on 'rm -f /tmp/state.tar.gz /tmp/clone.tar.gz /root/account; rm -rf /var/lib/ai-desktop/data.before-*'
}

# By Debian's own unit, which allows less than a shell does.
test_rotation() {
  on 'sed -i "s/weekly/size 1/" /etc/logrotate.d/ai-desktop; for log in /var/lib/ai-desktop/.pm2/logs/ai-desktop-backend-out.log /var/lib/ai-desktop/.pm2/pm2.log; do echo mark >>$log; done; systemctl start logrotate; systemctl is-failed logrotate; ai-desktop pm2 restart ai-desktop-backend >/dev/null; for i in $(seq 40); do curl -s 127.0.0.1:3006/health && break; sleep 0.5; done'
  check "logs are turned over" on 'grep -l mark /var/lib/ai-desktop/.pm2/logs/ai-desktop-backend-out.log.1 /var/lib/ai-desktop/.pm2/pm2.log.1*'
  check "services go on in the new file" on 'grep -q "API on" /var/lib/ai-desktop/.pm2/logs/ai-desktop-backend-out.log'
  check "PM2 goes on in its own" on 'test -s /var/lib/ai-desktop/.pm2/pm2.log && ! grep -q mark /var/lib/ai-desktop/.pm2/pm2.log'
  on 'rm -f /var/lib/ai-desktop/.pm2/logs/*.1 /var/lib/ai-desktop/.pm2/pm2.log.1*'
}

test_upgrades() {
  on '/root/source/deploy/vps-install.sh --yes >/dev/null'
  printf '\n# A new line.\n' >>"$machine/root/source/deploy/nginx.conf"
  printf '\nA new release.\n' >>"$machine/root/source/CHANGELOG.md"
  commit_source second
  check "upgrades" on 'cd / && ai-desktop upgrade'
  check "renews the site" on 'grep -q "A new line" /etc/nginx/sites-available/ai-desktop.conf'
  check "runs PM2 by the new release" on 'readlink /proc/$(cat /var/lib/ai-desktop/.pm2/pm2.pid)/exe | grep -q "$(basename "$(readlink /opt/ai-desktop/current)")"'
  check "answers after the upgrade" panel_answers
  printf "throw new Error('not today');\n" >"$machine/root/source/realtime/main.ts"
  sed -i 's/A new line/A bad line/' "$machine/root/source/deploy/nginx.conf"
  commit_source third
  check "a bad upgrade fails" on '! HEALTH_LIMIT=15 ai-desktop upgrade'
  check "and goes back by itself" prints "the panel runs as before"
  check "with the site of before" on 'grep -q "A new line" /etc/nginx/sites-available/ai-desktop.conf'
  check "answers after a bad upgrade" panel_answers
  source_git reset -q --hard HEAD~1
  on 'for i in 1 2 3 4 5 6 7; do cp /var/backups/ai-desktop/before-upgrade-* /var/backups/ai-desktop/before-upgrade-2020010${i}T000000Z.tar.gz 2>/dev/null || cp "$(ls /var/backups/ai-desktop/* | head -n 1)" /var/backups/ai-desktop/before-upgrade-2020010${i}T000000Z.tar.gz; done; rm -rf /var/lib/ai-desktop/data.before-*'
  printf '\nAnother release.\n' >>"$machine/root/source/CHANGELOG.md"
  commit_source fourth
  check "upgrades once more" on 'ai-desktop upgrade'
  check "keeps five backups" on 'test "$(ls /var/backups/ai-desktop | wc -l)" = 5'
}

# An MCP server is a program in the API's unit: Debian's Node asks for pkey_alloc, which a narrow list of calls ends.
test_mcp() {
  on 'systemctl show ai-desktop@api --property=SystemCallErrorNumber | grep -q "=1$\|EPERM" &&
    properties=$(grep -E "^(SystemCall|Restrict|Protect|Private|NoNew|Lock|CapabilityB)" /etc/systemd/system/ai-desktop@.service | sed "s/.*/-p\n&/") &&
    mapfile -t options <<<"$properties" &&
    systemd-run --quiet --pipe --wait --collect "${options[@]}" --uid=ai-desktop /usr/bin/node -e "console.log(process.version)" | grep ^v18'
}

test_bare() {
  make_machine bare
  put_source
  DEBIAN_FRONTEND=noninteractive chroot "$machine" apt-get install -y -qq --no-install-recommends apache2 >/dev/null 2>&1
  ln -sf /dev/null "$machine/etc/systemd/system/nginx.service"
  boot
  check "has no Node" on '! command -v node && ! command -v npm'
  before="$(list_files)"
  check "does not install beside another web server" on '! /root/source/deploy/vps-install.sh --yes --domain panel.test'
  check "names who has port 80" prints "Port 80 is taken by apache2"
  check "says what to do" prints "--no-nginx"
  check "has changed nothing" [ "$(list_files)" = "$before" ]

  # A run that is killed while it builds.
  on '/root/source/deploy/vps-install.sh --yes --no-nginx --domain panel.test & for i in $(seq 600); do ls -d /opt/ai-desktop/releases/*.part >/dev/null 2>&1 && break; sleep 0.1; done; pkill -KILL -f vps-install.sh'
  check "uninstalls what was killed half-way" on '/root/source/deploy/vps-install.sh --uninstall --purge --yes'
  out="$(diff <(printf '%s\n' "$before") <(list_files) || true)"
  check "leaves nothing behind of it" [ -z "$out" ]

  check "installs behind another web server" install "--no-nginx --domain panel.test"
  check "says that it has to lead to the panel" prints "Your own web server must forward to it"
  check "answers on loopback" answers_with 200 http://127.0.0.1:3005/
  check "leaves the other web server alone" answers_with 200 http://127.0.0.1/

  # A release that lost its packages, a daemon that nobody stopped, a file that is gone.
  on 'rm -rf /opt/ai-desktop/current/node_modules; rm -f /etc/systemd/system/ai-desktop-pm2.service; systemctl daemon-reload'
  check "uninstalls what lost its packages" on '/root/source/deploy/vps-install.sh --uninstall --purge --yes'
  check "ends what ran" on '! pgrep -f "ai-desktop|God Daemon"'
  out="$(diff <(printf '%s\n' "$before") <(list_files) || true)"
  check "leaves nothing behind of that either" [ -z "$out" ]
  check "can be uninstalled twice" on '/root/source/deploy/vps-install.sh --uninstall --purge --yes'
  end_machine
}

# nginx as nginx.org packs it: no sites-enabled. By an IPv6 address, with systemd, and a firewall beside sshd on port 2222.
test_conf_d() {
  make_machine conf
  sed -i '/sites-enabled/d' "$machine/etc/nginx/nginx.conf"
  printf 'Port 2222\n' >"$machine/etc/ssh/sshd_config.d/port.conf"
  put_source
  boot
  on 'ip -6 address add 2001:db8::1/128 dev lo'
  on '/root/source/deploy/vps-install.sh --plan --ip 2001:DB8:0::1 --systemd --firewall'
  check "the plan keeps SSH's own port open" prints "2222"
  check "installs by an IPv6 address" install "--ip 2001:DB8:0::1 --systemd"
  check "ends with its address" prints "The panel runs at https://[2001:db8::1]"
  check "has its site in conf.d" on 'nginx -T 2>/dev/null | grep -q "server_name \[2001:db8::1\]"'
  check "answers by the address, with its certificate" on 'curl -s --cacert /etc/ssl/ai-desktop/fullchain.pem "https://[2001:db8::1]/health"'
  check "a certificate with another key is refused" on 'openssl genpkey -algorithm ED25519 -out /root/other.key && ! /root/source/deploy/vps-install.sh --yes --cert /etc/ssl/ai-desktop/fullchain.pem --key /root/other.key'
  check "and the panel keeps its own" on 'curl -s --cacert /etc/ssl/ai-desktop/fullchain.pem "https://[2001:db8::1]/health"'
  check "a site of others that is broken is told of" on 'echo "server {" >/etc/nginx/conf.d/broken.conf; ! /root/source/deploy/vps-install.sh --yes'
  check "as what it is" prints "existing nginx configuration has errors"
  on 'rm /etc/nginx/conf.d/broken.conf /root/other.key'
  check "uninstalls while nginx does not run" on 'systemctl stop nginx; echo "server {" >/etc/nginx/conf.d/broken.conf; /root/source/deploy/vps-install.sh --uninstall --purge --yes'
  check "is gone" on '! test -e /opt/ai-desktop && ! id ai-desktop 2>/dev/null'
  end_machine
}

# As others leave a machine: root by "su", with a strict umask, another language and a proxy; apt busy, with a source that is
# gone; a file of settings that no package put there; a group of the panel's name; a connection that is lost.
test_rough() {
  make_machine rough
  put_source
  chroot "$machine" dpkg --purge logrotate >/dev/null 2>&1
  printf '# by hand\n' >"$machine/etc/logrotate.conf"
  printf 'deb [trusted=yes] file:/nowhere ./\n' >"$machine/etc/apt/sources.list.d/gone.list"
  chroot "$machine" groupadd --system ai-desktop
  boot
  as_found='export PATH=/usr/local/bin:/usr/bin:/bin:/usr/games LANG=de_DE.UTF-8 LANGUAGE=de NODE_USE_ENV_PROXY=1 http_proxy=http://127.0.0.1:9 https_proxy=http://127.0.0.1:9; umask 077;'
  check "sbin is not in the PATH of this root" on "$as_found ! command -v useradd && ! command -v nginx"
  check "apt has a source that is gone" on '! apt-get update'
  on 'ufw --force enable'
  on "$as_found /root/source/deploy/vps-install.sh --plan --domain panel.test --firewall"
  check "reads an active firewall in any language" lacks "this closes port"
  # POSIX locks, as dpkg and apt take them.
  on 'systemd-run --quiet --unit=other-apt perl -e '"'"'use Fcntl; for (@ARGV) { open my $file, ">", $_ or die; fcntl($file, F_SETLK, pack("s s x4 q q l x4", F_WRLCK, 0, 0, 0, 0)) or die; push @kept, $file } sleep 20'"'"' /var/lib/apt/lists/lock'
  check "installs" on "$as_found /root/source/deploy/vps-install.sh --yes --domain panel.test"
  check "installed what was missing" on 'dpkg-query -W -f=\${Status} logrotate | grep "ok installed"'
  check "keeps the file of settings" on 'grep "by hand" /etc/logrotate.conf'
  check "answers at its public name" panel_answers
  check "says so in its log" on 'grep "The panel runs at" /var/log/ai-desktop.log && test "$(stat -c %a /var/log/ai-desktop.log)" = 600'
  check "its command works there too" on "$as_found ai-desktop status && ai-desktop restart && ai-desktop config get PUBLIC_ORIGIN"
  check "refuses a second command at once" on 'exec 8>/run/ai-desktop.lock; flock 8; ! ai-desktop restart'
  check "says why" prints "Another command is changing the installation"

  printf '\nA new release.\n' >>"$machine/root/source/CHANGELOG.md"
  commit_source second
  check "its terminal is lost while it upgrades" on 'script -qfc "bash -c \"ai-desktop upgrade; true\"" /dev/null >/run/terminal 2>&1 </dev/null & terminal=$!; for i in $(seq 1200); do grep -q Switching /run/terminal && break; sleep 0.1; done; grep Switching /run/terminal && kill -KILL $terminal'
  check "the upgrade goes on" on 'for i in $(seq 1200); do grep -q "^Upgraded to" /var/log/ai-desktop.log && break; sleep 0.1; done; tail -n 20 /var/log/ai-desktop.log; grep "^Upgraded to" /var/log/ai-desktop.log && grep "A new release" /opt/ai-desktop/current/CHANGELOG.md'
  check "answers after that" panel_answers

  printf "throw new Error('not today');\n" >"$machine/root/source/realtime/main.ts"
  commit_source third
  check "the installer does not install a bad release either" on '! HEALTH_LIMIT=15 /root/source/deploy/vps-install.sh --yes --domain panel.test'
  check "and goes back by itself" prints "the panel runs as before"
  check "answers after a bad release" panel_answers
  source_git reset -q --hard HEAD~1

  check "uninstalls" on "$as_found /root/source/deploy/vps-install.sh --uninstall --purge --yes"
  check "leaves nothing of its name" on '! find / -xdev -name "*ai-desktop*" ! -path "/root/source/*" ! -path "/var/lib/systemd/*" | grep .'
  end_machine
}
