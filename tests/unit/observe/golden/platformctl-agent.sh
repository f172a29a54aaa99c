#!/bin/sh
# platformctl-agent: the forced command of a key that may only look. It answers the questions of platformctl below
# and refuses everything else with exit status 126. Printed by `platformctl host-agent script`: print it anew rather
# than edit it. Install it owned by root, mode 755, in a folder that only root may write to.

# Before the request is looked at: bytes are bytes, names of files mean nothing, and programs come from here only.
set -fu
LC_ALL=C
IFS=' '
PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
export LC_ALL PATH
umask 077
exec </dev/null

socket=/var/run/docker.sock
request=${SSH_ORIGINAL_COMMAND-}

refuse() {
  printf '%s\n' "platformctl-agent: refused: $1" >&2
  exit 126
}

warn() {
  printf '%s\n' "platformctl-agent: $1" >&2
}

need() {
  command -v "$1" >/dev/null && return
  warn "$1 is not installed on this host"
  exit 127
}

# Nothing of the caller's environment reaches a program: neither another engine, nor a config, nor a proxy.
run() {
  need "$1"
  case $1 in docker) set -- "DOCKER_HOST=unix://$socket" DOCKER_CONFIG=/nonexistent "$@" ;; esac
  exec env -i "PATH=$PATH" LC_ALL=C "$@"
}

# Accepts $1, at most $2 words with single spaces between them, as $words.
split() {
  most=$2
  case $1 in
  '' | ' '* | *' ' | *'  '*) refuse 'words have one space between them and none around them' ;;
  *[!0123456789:abcdefghijklmnopqrstuvwxyz' ']*) refuse 'words have small letters, digits and colons only' ;;
  esac
  words=$1
  # shellcheck disable=SC2086  # to count them; they hold nothing but what was just looked for
  set -- $words
  [ $# -le "$most" ] || refuse "more than $most words"
}

container_id() {
  case $1 in *[!0123456789abcdef]*) refuse 'the ID of a container has hex digits only' ;; esac
  [ ${#1} -eq 64 ] || refuse 'the ID of a container has 64 hex digits'
}

image_id() {
  case ${1#sha256:} in *[!0123456789abcdef]*) refuse 'the ID of an image has hex digits only' ;; esac
  digits=${1#sha256:}
  [ ${#digits} -eq 64 ] || refuse 'the ID of an image has 64 hex digits'
}

container_ids() {
  split "$1" 1000
  for word in $words; do container_id "$word"; done
}

image_ids() {
  split "$1" 1000
  for word in $words; do image_id "$word"; done
}

# Each word of $1 is a GET on the engine's socket. Of each answer, in the order asked: body, newline, status, newline;
# the status is 000 where the engine gave none, so that one failure never costs the other answers.
ask() {
  split "$1" 1003
  urls=
  for word in $words; do
    case $word in
    version) path=/version ;;
    info) path=/info ;;
    containers) path='/containers/json?all=1' ;;
    container:*) container_id "${word#container:}" && path="/containers/${word#container:}/json" ;;
    image:*) image_id "${word#image:}" && path="/images/${word#image:}/json" ;;
    *) refuse 'the agent does not know this word' ;;
    esac
    urls="$urls http://localhost$path"
  done
  need curl
  if [ ! -S "$socket" ]; then
    warn "$socket: no engine listens there"
  elif [ ! -w "$socket" ]; then
    warn "$socket: permission denied"
  fi
  # shellcheck disable=SC2086  # one argument for each; they were put together from checked words
  env -i "PATH=$PATH" LC_ALL=C \
    curl --disable --silent --globoff --proto =http --max-time 20 --max-filesize 33554432 --write-out '\n%{http_code}\n' \
    --unix-socket "$socket" $urls
  status=$?
  # These say that curl could not begin, or could not be run at all.
  case $status in 1 | 2 | 4 | 27 | 126 | 127) exit "$status" ;; esac
  exit 0
}

[ ${#request} -le 78251 ] || refuse 'the request is too long'
# shellcheck disable=SC2086  # one argument for each of $words, which are checked IDs
case $request in
"docker version --format '{{json .}}'") run docker version --format '{{json .}}' ;;
"docker info --format '{{json .}}'") run docker info --format '{{json .}}' ;;
"docker container ls --all --no-trunc --format '{{.ID}} {{.Names}}'") run docker container ls --all --no-trunc --format '{{.ID}} {{.Names}}' ;;
"docker container inspect -- "*) container_ids "${request#"docker container inspect -- "}" && run docker container inspect -- $words ;;
"docker image inspect -- "*) image_ids "${request#"docker image inspect -- "}" && run docker image inspect -- $words ;;
"podman version --format '{{json .}}'") run podman version --format '{{json .}}' ;;
"podman info --format '{{json .}}'") run podman info --format '{{json .}}' ;;
"podman container ls --all --no-trunc --format '{{.ID}} {{.Names}}'") run podman container ls --all --no-trunc --format '{{.ID}} {{.Names}}' ;;
"podman container inspect -- "*) container_ids "${request#"podman container inspect -- "}" && run podman container inspect -- $words ;;
"podman image inspect -- "*) image_ids "${request#"podman image inspect -- "}" && run podman image inspect -- $words ;;
"platformctl-agent "*) ask "${request#"platformctl-agent "}" ;;
'') refuse 'this key gives no login' ;;
scp\ * | *sftp*) refuse 'this key transfers no files' ;;
*) refuse 'this is none of the questions that the agent answers' ;;
esac
