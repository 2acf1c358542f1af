# shellcheck shell=bash
# shellcheck disable=SC2154 # `work` is the folder that test.sh made
# Sourced by test.sh and test-run.sh: the tests run alone, and the machine is looked at before and after.

# Programs of util-linux make the namespaces; they need Linux and root.
can_run_alone() {
  [ "$(uname)" = Linux ] && [ "$(id -u)" = 0 ] && have unshare && have ip &&
    unshare --net --mount --pid --fork --mount-proc ip link set lo up 2>/dev/null
}

# run_alone <command…>: with a network, mounts and processes of its own. What it leaves running ends with it. Its loopback is
# the tests' alone, so no port and no Engine of this machine is in reach; nothing else of the network is either.
run_alone() {
  unshare --net --mount --pid --fork --kill-child --mount-proc --propagation private "$@" &
  alone_pid=$!
  wait "$alone_pid"
}

# Inside: what belongs to the namespaces.
settle_in() {
  ip link set lo up
  # An interface beside loopback, as every machine has one: without it the first network of the Engine takes the browser from
  # "offline" to "online", and it breaks off every request under way. The addresses are for documentation (RFC 5737).
  if ip link add test0 type veth peer name test1 2>/dev/null; then
    ip addr add 192.0.2.1/24 dev test0
    ip link set test0 up
    ip link set test1 up
  fi
  # Some Engines put a key there when they start.
  if [ -d /etc/docker ]; then mkdir -p "$work/etc-docker" && mount --bind "$work/etc-docker" /etc/docker; fi
}

# Inside: temporary files on ext4, where those of the machine are on something that cannot remove the head of a file.
mount_tmp() {
  case "$(stat -f -c %t "$work/tmp")" in ef53 | 58465342) return 0 ;; esac
  if ! have mkfs.ext4 || ! truncate -s 16G "$work/tmp.img"; then return 0; fi
  mkfs.ext4 -q -F -m 0 "$work/tmp.img" && mount -o loop "$work/tmp.img" "$work/tmp" || return 0
  rmdir "$work/tmp/lost+found"
  chmod 711 "$work/tmp"
}

# machine_state <folder>: a file for each kind of thing that a test run could change.
machine_state() {
  mkdir -p "$1"
  [ -r /proc/net/dev ] || return 0
  sed -n 's/^ *\([^ :]*\):.*/\1/p' /proc/net/dev | sort >"$1/interfaces"
  cut -f 1-3,8 /proc/net/route | sort >"$1/routes"
  if have iptables-save; then
    { iptables-save && ip6tables-save; } 2>/dev/null | sed -e '/^#/d' -e 's/\[[0-9:]*\]//' >"$1/firewall" || true
  fi
  find /etc -printf '%p %m %u %g %s %T@ %l\n' 2>/dev/null | sort >"$1/etc"
  # Others leave things in these folders too, and may while the tests run: names that the tools of the tests would use. The
  # tests' own begin with "aid" and lie in the folder of the run; elsewhere they are those of another run.
  for folder in /tmp /var/tmp "${TMPDIR:-/tmp}" /run "$HOME" "$HOME/.config"; do
    find "$folder" -maxdepth 1 2>/dev/null |
      grep -E '/[._]?(ai-desktop|pm2|docker|containerd|org\.chromium|chromium|playwright|vite|deno|tsx|node)[^/]*$' || true
  done | sort -u >"$1/folders"
}

# The control group of the run's Engine and its containers.
own_cgroup() { printf 'ai-desktop-test-%s' "${work##*.}"; }

# Once nothing runs in it any more; the kernel frees a group a moment after its last process.
remove_cgroup() {
  [ -d /sys/fs/cgroup ] || return 0
  for _ in $(seq 50); do
    find /sys/fs/cgroup -depth -type d -path "*/$(own_cgroup)*" -exec rmdir {} + 2>/dev/null || true
    [ -n "$(find /sys/fs/cgroup -maxdepth 2 -type d -name "$(own_cgroup)" 2>/dev/null)" ] || return 0
    sleep 0.1
  done
}

# What ran for the tests and still does, what is mounted for them, and what they left in their folder for temporary files.
left_behind() {
  for process in /proc/[0-9]*; do
    grep -qsF "$work" "$process/cmdline" && printf 'process %s: %s\n' "${process#/proc/}" "$(tr '\0' ' ' <"$process/cmdline")"
  done
  [ -r /proc/self/mounts ] && awk -v below="$work/" 'index($2, below) == 1 { print "mount " $2 }' /proc/self/mounts
  find /sys/fs/cgroup -maxdepth 2 -type d -name "$(own_cgroup)" 2>/dev/null | sed 's/^/control group /'
  left_in_tmp
  return 0
}

# Node and tsx keep what they compiled in a folder of one name for all that run.
left_in_tmp() {
  find "$work/tmp" -mindepth 1 -maxdepth 1 ! -name node-compile-cache ! -name 'tsx-*' 2>/dev/null | sed 's/^/temporary file /'
}

# Inside, after the Engine has ended: nothing but this script is to run or to listen. What is about to end by itself may.
left_running() {
  for _ in $(seq 20); do
    found="$(running_now)"
    [ -n "$found" ] || return 0
    sleep 0.5
  done
  printf '%s\n' "$found"
}

running_now() {
  own="$(tr '\0' ' ' </proc/1/cmdline)" # of this script and its subshells
  for process in /proc/[0-9]*; do
    id="${process#/proc/}"
    command="$(tr '\0' ' ' <"$process/cmdline" 2>/dev/null || true)" # empty for one that ended
    if [ -n "$command" ] && [ "$command" != "$own" ]; then printf 'process %s: %s\n' "$id" "$command"; fi
  done
  awk 'FNR > 1 && $4 == "0A" { print "listens: " $2 }' /proc/net/tcp /proc/net/tcp6
}

# What an Engine holds, by name.
engine_state() {
  docker ps --all --format 'container {{.Names}}'
  docker image ls --format 'image {{.Repository}}:{{.Tag}}'
  docker volume ls --format 'volume {{.Name}}'
  docker network ls --format 'network {{.Name}}'
}

# nothing_printed <command…>: fails with what it printed.
nothing_printed() {
  printed="$("$@")"
  [ -z "$printed" ] || { printf '%s\n' "$printed" && return 1; }
}
