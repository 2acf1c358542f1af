# shellcheck shell=bash
# Facts about the host for the installer. Sourced after layout.sh; changes nothing.

# sockets_of <port>: prints the inodes of the sockets that listen on a TCP port, on any address.
sockets_of() {
  hex="$(printf ':%04X' "$1")"
  cat /proc/net/tcp /proc/net/tcp6 2>/dev/null |
    awk -v port="$hex" '$4 == "0A" && index($2, port) == length($2) - 4 { print $10 }'
}

port_taken() { [ -n "$(sockets_of "$1")" ]; }

# port_owner <port>: prints name and pid of the program that listens there, such as "apache2 812"; "a program 0" if not visible.
port_owner() {
  for inode in $(sockets_of "$1"); do
    entry="$(find /proc/[0-9]*/fd -lname "socket:\[$inode\]" -print -quit 2>/dev/null || true)"
    if [ -n "$entry" ]; then
      process="${entry#/proc/}" && process="${process%%/*}"
      printf '%s %s' "$(cat "/proc/$process/comm")" "$process"
      return
    fi
  done
  printf 'a program 0'
}

# is_host_nginx <name> <pid>: whether a process is the nginx of this host, not one in a container.
is_host_nginx() {
  [ "$1" = nginx ] && [ "$(readlink "/proc/$2/ns/pid")" = "$(readlink /proc/self/ns/pid)" ] &&
    [ "$(readlink "/proc/$2/root")" = / ]
}

# check_web_ports: ends the script if another program uses port 80 or 443, which the panel's nginx needs.
check_web_ports() {
  for port in 80 443; do
    port_taken "$port" || continue
    owner="$(port_owner "$port")"
    # shellcheck disable=SC2086 # name and number
    if is_host_nginx $owner; then continue; fi
    owned="${owner% *}"
    if [ "${owner##* }" != 0 ]; then owned="$owned (process ${owner##* })"; fi
    if [ "${owner% *}" = docker-proxy ]; then owned="a container that publishes it"; fi
    fail "Port $port is taken by $owned, and nginx needs it. Free it; or install with --no-nginx and let what is there lead to the panel (docs/operations.md, \"Behind another web server\")."
  done
  # An error of another site would look like one of the panel's.
  if is_real && have nginx && ! faults="$(nginx -t 2>&1)"; then
    warn "$(printf '%s\n' "$faults" | grep -E 'emerg|crit|error' | head -n 3)"
    fail "The existing nginx configuration has errors; fix them first, or install with --no-nginx."
  fi
}

# check_own_ports: ends the script if another program uses a port of the three services.
check_own_ports() {
  # The services of an earlier installation can use them.
  if [ -e "$APP/current" ]; then return; fi
  for name in WEB_PORT:3005 API_PORT:3006 WS_PORT:3007; do
    port="$(AI_DESKTOP_ENV="$SETTINGS" setting "${name%:*}" "${name#*:}")"
    if port_taken "$port"; then
      owner="$(port_owner "$port")"
      fail "Port $port is taken by ${owner% *} (process ${owner##* }); free it, or run this again with another ${name%:*}, such as ${name%:*}=$((port + 10000))."
    fi
  done
}

# Prints the ports of sshd: from its settings, systemd's socket, its listening sockets, and the current connection.
ssh_ports() {
  {
    # "server port": the last word of SSH_CONNECTION.
    case "${SSH_CONNECTION:-}" in *' '*) printf '%s\n' "${SSH_CONNECTION##* }" ;; esac
    PATH="$PATH:/usr/sbin" sshd -T 2>/dev/null | awk '$1 == "port" { print $2 } $1 == "listenaddress" { sub(/.*:/, "", $2); print $2 }' || true
    cat /etc/ssh/sshd_config /etc/ssh/sshd_config.d/*.conf 2>/dev/null | awk 'tolower($1) == "port" { print $2 }' || true
    systemctl show ssh.socket sshd.socket --property=Listen 2>/dev/null |
      sed -n 's/^Listen=\(.*:\)\{0,1\}\([0-9]\{1,5\}\) (Stream)$/\2/p' || true
    for listening in $(listening_ports); do
      case "$(port_owner "$listening")" in sshd\ * | dropbear\ *) printf '%s\n' "$listening" ;; esac
    done
  } | awk '/^[0-9]+$/' | sort -nu | tr '\n' ' '
}

# Prints the ports with listening sockets, except those on loopback.
listening_ports() {
  cat /proc/net/tcp /proc/net/tcp6 2>/dev/null |
    awk '$4 == "0A" && $2 !~ /^0100007F:|^00000000000000000000000001000000:|^0000000000000000FFFF00000100007F:/ { sub(/.*:/, "", $2); print $2 }' |
    sort -u | while read -r hex; do printf '%d\n' "0x$hex"; done
}

# check_space <folder> <megabytes>: ends the script if the disk of a folder, which may not exist yet, has less space.
check_space() {
  place="$1"
  while [ -n "$place" ] && [ ! -d "$place" ]; do place="${place%/*}"; done
  place="${place:-/}"
  free="$(df -Pm "$place" | awk 'NR == 2 { print $4 }')"
  [ "$free" -ge "$2" ] || fail "$free MB are free on the disk of $place; $2 are needed for $1."
}

# canonical_address <address>: prints an address in the notation of browsers; nothing if it is not an address.
canonical_address() {
  bare="${1#[}" && bare="${bare%]}"
  case "$bare" in
    # Only possible addresses are passed to getent, which would query DNS for names.
    *:*[!0-9A-Fa-f:.]* | *[!0-9A-Fa-f:.]*:*) ;;
    # Not ahostsv6, which rejects IPv6 addresses on a host without IPv6.
    *:*) getent ahosts "$bare" 2>/dev/null | awk 'NR == 1 && $1 !~ /%/ { print $1 }' || true ;;
    *[!0-9.]* | *..* | .* | *.) ;;
    *.*.*.*) printf '%s' "$bare" | awk -F. 'NF == 4 && $1 < 256 && $2 < 256 && $3 < 256 && $4 < 256 { printf "%d.%d.%d.%d", $1, $2, $3, $4 }' ;;
  esac
}

# Sets public_name from --domain or --ip; without either, and without settings, to the host's first address.
find_public_name() {
  public_name=""
  if [ -n "$domain" ]; then
    # An address given as a domain counts as an address.
    if [ -n "$(canonical_address "$domain")" ]; then ip="$domain" && domain=""; fi
  fi
  if [ -n "$domain" ]; then
    # A name with line breaks must not reach awk, which reads line by line.
    case "$domain" in *[!A-Za-z0-9.-]*) fail "--domain needs a host name such as panel.example.com, without https:// and port; this is no such name: $domain" ;; esac
    public_name="$(printf '%s' "$domain" | tr '[:upper:]' '[:lower:]')"
    public_name="${public_name%.}"
    printf '%s' "$public_name" | awk 'length($0) > 253 { exit 1 } { exit !/^([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)*[a-z0-9]([a-z0-9-]*[a-z0-9])?$/ }' ||
      fail "--domain needs a host name such as panel.example.com, without https:// and port; this is no such name: $domain"
    case "${public_name##*.}" in *[!0-9]*) ;; *) fail "--domain needs a host name such as panel.example.com; this is none: $domain" ;; esac
  elif [ -n "$ip" ]; then
    public_name="$(canonical_address "$ip")"
    [ -n "$public_name" ] || fail "--ip needs an address such as 203.0.113.7 or 2001:db8::1; this is none: $ip"
  elif [ ! -e "$SETTINGS" ]; then
    public_name="$(canonical_address "$(hostname -I 2>/dev/null | awk '{ print $1 }')")"
    [ -n "$public_name" ] || fail "The address of this host cannot be determined; use --domain NAME or --ip ADDRESS."
  fi
}

is_private_address() {
  case "$1" in 10.* | 192.168.* | 169.254.* | 172.1[6-9].* | 172.2[0-9].* | 172.3[01].* | 100.6[4-9].* | 100.[7-9]?.* | 100.1[01]?.* | 100.12[0-7].* | f[cd]*:* | fe80:*) ;; *) return 1 ;; esac
}

# Prints a line "owner folder" for each PM2 daemon of another user, found by the process title.
other_daemons() {
  for title in /proc/[0-9]*/cmdline; do
    line="$(tr '\0' ' ' <"$title" 2>/dev/null || true)"
    case "$line" in
      'PM2 v'*'God Daemon ('*)
        owner="$(stat -c %U "${title%/cmdline}" 2>/dev/null)" || continue
        folder="${line#*God Daemon (}"
        if [ "$owner" != "$SERVICE_USER" ]; then printf '%s %s\n' "$owner" "${folder%%)*}"; fi
        ;;
    esac
  done | sort -u
}
