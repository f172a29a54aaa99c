"""What is put into requests to the host agent, and what people and programs send to hosts."""

from __future__ import annotations

from typing import Final

PAYLOADS: Final = (
    "; touch /pwned", "& touch /pwned", "&& touch /pwned", "| tee /pwned", "|| id", "\ntouch /pwned\n", "\rid",
    "$(id)", "`id`", "$(touch /pwned)", "`touch /pwned`", "${IFS}id", "$IFS$9id", "> /pwned", ">/tmp/pwned",
    ">> /pwned", "< /etc/passwd", "<(id)", ">(id)", "<<E\nid\nE", "2>/pwned", "#", "' ; id '", '" ; id "', "\\",
    "\\\n", "*", "/*", "?", "[a-f]", "{a,b}", "~", "~root", "!!", "!id", "$0", "$1", "$@", "$*", "$$", "$#", "$PATH",
    "${PATH:=/evil}", "$((1+1))", "%s%n", "\x1b[31m", "\x1b]0;x\x07", "\x7f", "\x80", "\xff", "--", "-", "-v",
    "--help", "-H tcp://127.0.0.1:1", "--host=tcp://127.0.0.1:1", "--context evil", "--config /evil", "--tls",
    "--format {{.}}", "--format '{{json .}}'", "-f '{{range .}}{{.}}{{end}}'", "--format={{json .Config.Env}}",
    "--type image", "--size", "-s", "-o /pwned", "-K /evil/curlrc", "--next", "-X POST", "-d x", "--unix-socket /evil",
    "http://localhost/containers/create", "@/etc/passwd", "file:///etc/passwd", "../../_ping", "/../../version",
    "%2e%2e/", "..", ".", "//", "?size=1", "&size=1", "#x", "eval id", "exec id", "command id", "sh -c id",
    ". /evil/rc", "source /evil/rc", "trap id EXIT", "alias docker=id", "IFS=x", "PATH=/evil",
    "DOCKER_HOST=tcp://127.0.0.1:1", "set +f", "unset IFS", "a() { id; }", "() { :; }; id", "case x in *) id;; esac",
    "esac; id", ";;", "*) id ;;", "\u00a0", "\u2028", "\u2003", "\u3000", "\ufeff", "\u200b", "\u202e", "\u0660",
    "\uff11", "\uff41", "\u0430", "\U0001d7d8", "\x0b", "\x0c",
)  # fmt: skip
OTHERS: Final = (
    "", " ", "\n", "\t", "sh", "bash", "/bin/sh", "id", "ls", "docker", "docker ", "docker ps", "docker run --rm x",
    "podman ps", "docker rm -f x", "docker exec x sh", "docker cp x:/ -", "docker export x", "docker save x",
    "docker kill x", "docker stop x", "docker system dial-stdio", "docker inspect x", "docker image rm x",
    "docker compose up", "docker -H tcp://x version", "docker container inspect", "docker container inspect --",
    "docker container inspect -- ", "docker image inspect -- -f x", "docker container inspect --size",
    "docker version", "docker info", "docker version --format {{json .}}", 'docker version --format "{{json .}}"',
    "docker version --format='{{json .}}'", "docker version -f '{{json .}}'",
    "docker container ls --all --no-trunc --format {{.ID}}", "docker container ls -a", "nerdctl version",
    "scp -t /tmp", "scp -f /etc/passwd", "scp -r -d -t .", "/usr/lib/openssh/sftp-server", "internal-sftp", "sftp",
    "rsync --server . /", "git-upload-pack x", "platformctl-agent", "platformctl-agent ", "platformctl-agent --help",
    "platformctl-agent ping", "platformctl-agent container:", "platformctl-agent image:",
    "platformctl-agent image:sha256:", "platformctl-agent container:x", "platformctl-agent version,info",
    "/usr/local/bin/platformctl-agent version", "curl http://localhost/version",
    "curl --unix-socket /var/run/docker.sock http://localhost/containers/json", "env", "printenv",
    "tail -f /var/log/syslog",
)  # fmt: skip
