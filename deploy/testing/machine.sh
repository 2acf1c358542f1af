# shellcheck shell=bash
# Debian machines for test-install.sh: a root folder by debootstrap, kept; each machine is a layer over it, booted by
# systemd-nspawn with systemd as its first process, in a network of its own that has loopback only.
# shellcheck disable=SC2154 # cache and work are set by test-install.sh

# apt works in the machines by the packages that lie in the root folder, so none of them needs a network.
make_base() {
  if [ -e "$cache/base.ready" ]; then return; fi
  say "Making a Debian 12 in $cache…"
  rm -rf "$cache/base"
  mkdir -p "$cache"
  debootstrap --variant=minbase --include=systemd,systemd-sysv,dbus,openssl,curl,logrotate,ca-certificates,procps,iproute2,git,openssh-server,ufw,iptables,nginx,cron \
    bookworm "$cache/base" >"$cache/debootstrap.log" 2>&1 || fail "debootstrap failed: $(tail -n 3 "$cache/debootstrap.log")"
  chroot "$cache/base" apt-get install -y --no-install-recommends --download-only --reinstall nodejs npm apache2 acl logrotate >>"$cache/debootstrap.log" 2>&1 ||
    fail "apt failed: $(tail -n 3 "$cache/debootstrap.log")"
  touch "$cache/base.ready"
}

# A layer with Debian's own Node 18 and npm 9.
make_node18() {
  if [ -e "$cache/node18.ready" ]; then return; fi
  say "Installing Debian's Node 18 and npm 9 into it…"
  rm -rf "$cache/node18"
  mkdir -p "$cache/node18/up" "$cache/node18/work" "$cache/node18/root"
  mount -t overlay overlay -o "lowerdir=$cache/base,upperdir=$cache/node18/up,workdir=$cache/node18/work" "$cache/node18/root"
  printf '#!/bin/sh\nexit 101\n' >"$cache/node18/root/usr/sbin/policy-rc.d"
  chmod 755 "$cache/node18/root/usr/sbin/policy-rc.d"
  status=0
  DEBIAN_FRONTEND=noninteractive chroot "$cache/node18/root" apt-get install -y -qq --no-install-recommends nodejs npm >"$cache/node18.log" 2>&1 || status=$?
  rm -f "$cache/node18/root/usr/sbin/policy-rc.d"
  umount "$cache/node18/root"
  [ "$status" = 0 ] || fail "apt failed: $(tail -n 3 "$cache/node18.log")"
  touch "$cache/node18.ready"
}

# make_machine <name> [layer]: sets machine, its root folder. Not booted yet: it may be furnished first.
make_machine() {
  name="$1"
  machine="$work/$1/root"
  lower="$cache/base"
  if [ -n "${2:-}" ]; then lower="$cache/$2/up:$lower"; fi
  mkdir -p "$work/$1/up" "$work/$1/work" "$machine"
  mount -t overlay overlay -o "lowerdir=$lower,upperdir=$work/$1/up,workdir=$work/$1/work" "$machine"
  printf '%s\n' "$name" >"$machine/etc/hostname"
  printf '127.0.0.1 localhost panel.test other.test shop.test\n::1 localhost\n' >"$machine/etc/hosts"
  rm -f "$machine/etc/resolv.conf" && touch "$machine/etc/resolv.conf"
  cat >"$machine/etc/systemd/system/registry.socket" <<'SOCKET_END'
[Socket]
ListenStream=127.0.0.1:4873
[Install]
WantedBy=sockets.target
SOCKET_END
  printf '[Service]\nExecStart=/lib/systemd/systemd-socket-proxyd /run/registry/socket\n' >"$machine/etc/systemd/system/registry.service"
  mkdir -p "$machine/etc/systemd/system/sockets.target.wants" "$machine/root/source"
  ln -sf ../registry.socket "$machine/etc/systemd/system/sockets.target.wants/registry.socket"
  printf 'registry=http://127.0.0.1:4873/\n' >"$machine/etc/npmrc"
}

boot() {
  mkdir -p "$work/registry"
  systemd-nspawn --quiet --register=no --keep-unit --private-network --machine="$name" --directory="$machine" --boot --console=read-only \
    --bind="$work/registry:/run/registry" --bind-ro="$PWD/node_modules:/usr/local/lib/test/node_modules" >"$work/$name/console.log" 2>&1 </dev/null &
  nspawn=$!
  for _ in $(seq 600); do
    leader="$(pgrep -P "$nspawn" | head -n 1 || true)"
    if [ -n "$leader" ] && inside systemctl is-system-running 2>/dev/null | grep -qE 'running|degraded'; then return; fi
    kill -0 "$nspawn" 2>/dev/null || break
    sleep 0.2
  done
  tail -n 20 "$work/$name/console.log"
  fail "The machine $name did not boot."
}

# inside <command…>: in the namespaces of the machine, beside its first process.
inside() { nsenter --target "$leader" --all -- /usr/bin/env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LANG=C.UTF-8 "$@"; }

# on <script>: as root in a session of the machine; its output is kept in $out.
on() {
  status=0
  # By a file: systemd-run would put its own variables into the words.
  printf '%s\n' "$1" | inside sh -c 'cat >/run/step'
  # As in a session of SSH, what continues in the background outlives it.
  inside systemd-run --quiet --pipe --wait --collect --property=KillMode=process --setenv=HOME=/root --setenv=PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
    --working-directory=/root bash /run/step >"$work/out" 2>&1 </dev/null || status=$?
  out="$(cat "$work/out")"
  if [ -n "${VERBOSE:-}" ]; then printf -- '--- %s: rc %s\n%s\n' "$1" "$status" "$out"; fi
  return "$status"
}

# Ends the machine as a power cut that is announced: by its own shutdown.
halt() {
  inside systemctl poweroff >/dev/null 2>&1 || true
  for _ in $(seq 300); do
    kill -0 "$nspawn" 2>/dev/null || break
    sleep 0.2
  done
  kill -KILL "$nspawn" 2>/dev/null || true
  wait "$nspawn" 2>/dev/null || true
}

end_machine() {
  halt
  umount "$machine" 2>/dev/null || umount -l "$machine" 2>/dev/null || true
  rm -rf "${work:?}/$name"
}
