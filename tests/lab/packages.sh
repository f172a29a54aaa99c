#!/usr/bin/env bash
# Installs what the lab runs, from Debian's own archive: a Docker Engine, a registry, an SSH server, a static
# busybox for the images, curl and shellcheck for the host agent, and a browser for the screens. No service is
# started. Prints nothing when all is there.
#
# Not being able to install (no root, no Debian, no archive) is no error here: the tests of the lab skip and say
# what is missing, unless PLATFORMCTL_LAB=required is set for them.
#
# "packages.sh debootstrap" also installs what makes the roots of other Debian releases (root.py).
set -euo pipefail

declare -A program_of=(
  [docker.io]=/usr/sbin/dockerd
  [iptables]=/usr/sbin/iptables
  [docker-registry]=/usr/bin/docker-registry
  [openssh-server]=/usr/sbin/sshd
  [openssh-client]=/usr/bin/ssh
  [busybox-static]=/usr/share/doc/busybox-static
  [curl]=/usr/bin/curl
  [shellcheck]=/usr/bin/shellcheck
  [chromium]=/usr/bin/chromium
  [fonts-noto-color-emoji]=/usr/share/fonts/truetype/noto/NotoColorEmoji.ttf
  [fonts-dejavu-core]=/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf
)
[[ ${1-} != debootstrap ]] || program_of[debootstrap]=/usr/sbin/debootstrap

missing=()
for package in "${!program_of[@]}"; do
  [[ -e ${program_of[$package]} ]] || missing+=("$package")
done
((${#missing[@]})) || exit 0
mapfile -t missing < <(printf '%s\n' "${missing[@]}" | sort)

give_up() {
  echo "lab: ${missing[*]} not installed: $1; the tests that need them will skip."
  exit 0
}

[[ -x /usr/bin/apt-get ]] || give_up "this is not Debian"
((EUID == 0)) || give_up "installing needs root (run tests/lab/packages.sh as root once)"

log=$(mktemp)
guard=""
finish() {
  rm -f "$log"
  [[ -z $guard ]] || rm -f "$guard"
}
trap finish EXIT

# invoke-rc.d asks this file whether a service may be started; 101 means no.
if [[ ! -e /usr/sbin/policy-rc.d ]]; then
  guard=/usr/sbin/policy-rc.d
  printf '#!/bin/sh\nexit 101\n' >"$guard"
  chmod 755 "$guard"
fi

install() {
  export DEBIAN_FRONTEND=noninteractive RUNLEVEL=1
  local options=(-qq -y --no-install-recommends -o DPkg::Lock::Timeout=120 -o Acquire::Retries=2)
  apt-get -qq update && apt-get "${options[@]}" install "${missing[@]}"
}

install >"$log" 2>&1 </dev/null &
worker=$!
started=$SECONDS
next=2
while kill -0 "$worker" 2>/dev/null; do
  if ((SECONDS - started >= next)); then
    echo "lab: installing ${missing[*]} ($((SECONDS - started)) s)"
    next=$((next + 15))
  fi
  sleep 0.2
done

if ! wait "$worker"; then
  grep -E '^(E|Err)' "$log" | head -3 >&2 || true
  give_up "the archive could not be used"
fi
