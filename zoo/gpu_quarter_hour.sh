#!/usr/bin/env bash
# A quarter of an hour on a GPU: what the machine is, every cell that needs one, runs that change their number format, memory against its
# estimate, whether a step waits, speeds, and then a training until the time is over. Nothing is downloaded; nbdev is not needed.
#
#   python zoo/gpu_pack.py FRAMES... -o pack                # beforehand: crops as JPEG, small enough to travel
#   bash zoo/gpu_quarter_hour.sh pack results               # there: in about 9 minutes; once more goes on with the training
#   bash zoo/gpu_quarter_hour.sh pack results --seconds 300 --model light_msafn
set -u
here=$(cd "$(dirname "$0")/.." && pwd)
export PYTHONPATH="$here${PYTHONPATH:+:$PYTHONPATH}"
exec python3 "$here/zoo/gpu_quarter_hour.py" "$@"
