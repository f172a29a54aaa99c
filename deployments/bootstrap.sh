#!/usr/bin/env bash
# Makes a started Prefect server ready: waits for it, creates the work pool and deploys all of prefect.yaml.
# Run it again after every change of prefect.yaml or of a flow's parameters: what is there already is kept.
# The settings are those of prefect.env, except for what the environment sets.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

while IFS='=' read -r name value; do
  if [[ $name == [A-Z]* && -z ${!name+set} ]]; then export "$name=$value"; fi
done <deployments/prefect.env

prefect=("${VENV:-.venv}/bin/prefect" --no-prompt)
"${prefect[@]}" server status --wait --timeout 120
"${prefect[@]}" work-pool inspect platformctl >/dev/null 2>&1 ||
  "${prefect[@]}" work-pool create platformctl --type process
"${prefect[@]}" deploy --all
"${VENV:-.venv}/bin/python" -m deployments.choices
