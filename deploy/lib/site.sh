# shellcheck shell=bash
# shellcheck disable=SC2154 # set by the sourcing script: cert, key
# Manages the panel's nginx site and its certificate. Sourced after settings.sh and services.sh.

nginx_home="$ROOT/etc/nginx"
site="$nginx_home/sites-available/ai-desktop.conf"
tls="$ROOT/etc/ssl/ai-desktop"
OWN_SITE='.*/\(z+-\)?ai-desktop\.conf'

reload_nginx() { if has_systemd; then systemctl reload nginx || systemctl restart nginx; elif is_real; then nginx -s reload || nginx >/dev/null 2>&1 8>&-; fi; }

# Prints the whole configuration of nginx.
nginx_dump() {
  if is_real; then
    nginx -T 2>/dev/null
  else
    if [ ! -e "$nginx_home/nginx.conf" ]; then printf '# configuration file /etc/nginx/nginx.conf:\nhttp { include %s/sites-enabled/*; include %s/conf.d/*.conf; }\n' "$nginx_home" "$nginx_home"; fi
    for file in "$nginx_home"/nginx.conf "$nginx_home"/conf.d/*.conf "$nginx_home"/sites-enabled/*; do
      if [ -f "$file" ]; then printf '\n# configuration file %s:\n' "$file" && cat "$file"; fi
    done
  fi
}

# Prints the host of the first origin, for server_name.
site_name() { stored PUBLIC_ORIGIN '' | sed -e 's|,.*||' -e 's|^[a-z]*://||' -e 's|:[0-9]*$||'; }

# check_certificate <file> <key>: ends the script if nginx cannot start with the two files. Warns if the certificate has expired.
check_certificate() {
  have openssl || return 0
  lock="$(openssl x509 -in "$1" -noout -pubkey 2>/dev/null)" || fail "$1 has no certificate in PEM format."
  fits="$(openssl pkey -in "$2" -passin pass: -pubout 2>/dev/null)" || fail "$2 has no private key in PEM format without a password, which nginx needs."
  [ "$lock" = "$fits" ] || fail "The key in $2 does not belong to the certificate in $1. In a chain, the certificate of the panel must come first."
  openssl x509 -in "$1" -noout -checkend 0 >/dev/null || warn "Note: the certificate in $1 has expired."
}

# fits_name <certificate> <name>: whether the certificate is valid for the name or address.
fits_name() {
  case "$2" in
    \[*) openssl x509 -in "$1" -noout -checkip "$(printf '%s' "$2" | tr -d '[]')" ;;
    *[!0-9.]*) openssl x509 -in "$1" -noout -checkhost "$2" ;;
    *) openssl x509 -in "$1" -noout -checkip "$2" ;;
  esac 2>/dev/null | grep 'does match' >/dev/null
}

# Whether the certificate was created by the installer: self-signed, with only a common name.
is_own_certificate() {
  [ -e "$tls/fullchain.pem" ] || return 1
  subject="$(openssl x509 -in "$tls/fullchain.pem" -noout -subject -nameopt RFC2253 2>/dev/null)"
  issuer="$(openssl x509 -in "$tls/fullchain.pem" -noout -issuer -nameopt RFC2253 2>/dev/null)"
  [ "${subject#*=}" = "${issuer#*=}" ] && case "$subject" in *,*) return 1 ;; esac
}

make_certificate() {
  mkdir -p "$tls"
  chmod 700 "$tls"
  name="$(site_name)"
  bare="$(printf '%s' "$name" | tr -d '[]')"
  if [ -n "$cert" ]; then
    # New files: the present ones may be links, such as to those of certbot.
    cp "$cert" "$tls/fullchain.pem.part"
    (umask 077 && cp "$key" "$tls/privkey.pem.part" && chmod 600 "$tls/privkey.pem.part")
    mv -f "$tls/fullchain.pem.part" "$tls/fullchain.pem"
    mv -f "$tls/privkey.pem.part" "$tls/privkey.pem"
  elif [ ! -e "$tls/fullchain.pem" ] ||
    { is_own_certificate && ! { fits_name "$tls/fullchain.pem" "$name" && openssl x509 -in "$tls/fullchain.pem" -noout -checkend 2592000 >/dev/null; }; }; then
    case "$name" in \[* | *[!0-9.]*) kind=DNS ;; *) kind=IP ;; esac
    case "$name" in \[*) kind=IP ;; esac
    # A common name has 64 characters at most. Browsers use the alternative name.
    (umask 077 && openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 825 \
      -subj "/CN=$(printf '%.64s' "$bare")" -addext "subjectAltName=$kind:$bare" \
      -keyout "$tls/privkey.pem" -out "$tls/fullchain.pem" 2>/dev/null) || fail "The certificate could not be created."
  fi
  fits_name "$tls/fullchain.pem" "$name" ||
    warn "Note: the certificate in $tls is not valid for $name. Provide another one with --cert and --key."
}

# Prints where the panel's site is enabled: a link in sites-enabled, or the file in conf.d.
site_places() { find "$nginx_home/sites-enabled" "$nginx_home/conf.d" -maxdepth 1 -regex "$OWN_SITE" 2>/dev/null || true; }

# last_name <folder>: prints a name that sorts after all others, since the first site of a port becomes nginx's default site.
last_name() {
  last="$(find "$1" -mindepth 1 -maxdepth 1 ! -regex "$OWN_SITE" -printf '%f\n' 2>/dev/null | LC_ALL=C sort | tail -n 1)"
  name="zz-ai-desktop.conf"
  while [ "$(printf '%s\n%s\n' "$last" "$name" | LC_ALL=C sort | tail -n 1)" != "$name" ] && [ "${#name}" -lt 60 ]; do name="z$name"; done
  printf '%s' "$name"
}

# Writes, enables and loads the site. If nginx rejects it, restores everything and ends the script.
write_site() {
  dump="$(nginx_dump)"
  folder="$(printf '%s' "$dump" | "$NODE" "$APP/current/deploy/site.ts" folder)"
  [ -n "$folder" ] || fail "nginx reads neither sites-enabled nor conf.d; add \"include /etc/nginx/conf.d/*.conf;\" to http {} in its configuration, or install with --no-nginx."
  realtime="$(stored WS_PORT 3007)"
  for port in $(more_ports); do realtime="$realtime,$port"; done
  no_ipv6=""
  if [ ! -e /proc/net/if_inet6 ]; then no_ipv6=--no-ipv6; fi
  kept="$(mktemp -d "${TMPDIR:-/tmp}/aid.XXXXXX")"
  # shellcheck disable=SC2046 # a list of words
  keep_copies "$kept" "$site" $(site_places) "$tls/fullchain.pem" "$tls/privkey.pem"
  make_certificate
  mkdir -p "$(dirname "$site")" "$folder" || return 1
  # A caller may have turned off that errors end the script.
  if ! printf '%s' "$dump" | "$NODE" "$APP/current/deploy/site.ts" site --name "$(site_name)" --tls "$tls" \
    --web "$(stored WEB_PORT 3005)" --api "$(stored API_PORT 3006)" --realtime "$realtime" \
    --upload-max "$(stored FILE_UPLOAD_MAX 10g)" ${no_ipv6:+"$no_ipv6"} >"$site.part" || [ ! -s "$site.part" ]; then
    rm -rf "$site.part" "$kept"
    fail "The site of nginx could not be written; it is as before."
  fi
  mv "$site.part" "$site" || return 1
  # shellcheck disable=SC2046 # a list of words
  rm -f $(site_places)
  ln -s "$site" "$folder/$(last_name "$folder")"
  if is_real && ! faults="$(nginx -t 2>&1)"; then
    # shellcheck disable=SC2046 # a list of words
    rm -f "$site" $(site_places) "$tls/fullchain.pem" "$tls/privkey.pem"
    put_back "$kept"
    rm -rf "$kept"
    warn "$faults"
    fail "nginx rejected the site, and the previous configuration was restored. Fix the error above, or install with --no-nginx."
  fi
  rm -rf "$kept"
  if is_real; then reload_nginx || fail "nginx does not start with the site: see journalctl -u nginx."; fi
}

# Removes the panel's site. Other sites continue, even if nginx has errors.
remove_site() {
  if [ -z "$(site_places)" ] && [ ! -e "$site" ]; then return 0; fi
  # shellcheck disable=SC2046 # a list of words
  rm -f $(site_places) "$site"
  if is_real && have nginx; then
    if has_systemd && ! systemctl is-active --quiet nginx; then return 0; fi
    reload_nginx >/dev/null 2>&1 || warn "Note: nginx could not be reloaded; see journalctl -u nginx."
  fi
}

public_url() { printf '%s%s' "$(stored PUBLIC_ORIGIN '' | sed 's|,.*||')" "$(stored BASE_PATH '')"; }

# Checks the panel by its public name and TLS like a visitor, but connects to this host, independent of DNS and firewalls.
check_site() {
  addresses="$(nginx_dump | "$NODE" "$APP/current/deploy/site.ts" addresses)"
  for address in 127.0.0.1 $addresses; do
    "$NODE" "$APP/current/deploy/smoke.ts" --only-public --public "$(public_url)" --connect "$address:443" \
      --certificate "$tls/fullchain.pem" || return 1
  done
}

# Checks the same by DNS, which can fail from this host for reasons outside the panel.
check_way_in() {
  if "$NODE" "$APP/current/deploy/smoke.ts" --only-public --public "$(public_url)" --certificate "$tls/fullchain.pem" >/dev/null 2>&1; then return 0; fi
  warn "Note: $(public_url) does not reach the panel from this host, although nginx serves it. Check:"
  case "$(site_name)" in
    \[*) warn "  - the address: is it this host's?" ;;
    *[!0-9.]*) warn "  - DNS: does the name lead to this host? (getent hosts $(site_name))" ;;
    *) warn "  - the address: is it this host's?" ;;
  esac
  warn "  - the provider's firewall: are ports 80 and 443 open?"
  warn "  - your router or provider may not route a host's own requests back to it (no hairpin NAT): try from another network."
}
