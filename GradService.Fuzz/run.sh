#!/usr/bin/env bash
# Coverage-guided fuzzing of the readers by afl-fuzz (Debian: afl++):
#
#     GradService.Fuzz/run.sh TARGET SECONDS [BUILT]   one target
#     GradService.Fuzz/run.sh all SECONDS [BUILT]      every target, each so long, as many at once as there are cores
#
# It builds Release, unless it is told what has been built: Debug or Release. A target starts from Corpus/TARGET. The end is a line a
# target; it fails where an input made a reader fail or hang, and says in words what was wrong. Such an input is kept until the next run,
# in artifacts/fuzz/found/TARGET/default/crashes, and belongs into the corpus.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

target=${1:?the name of a target, or all}
seconds=${2:?for how many seconds}
configuration=${3:-Release}
artifacts=$(realpath -m ../artifacts/fuzz)
program=$artifacts/program

[ $# -ge 3 ] || dotnet build -c Release -v quiet -nologo >&2
built=$(dirname "$(find "$PWD/bin/$configuration" -name GradService.Fuzz.dll | head -n 1)")

# A copy, as the readers are changed; libtorch, which is large, stays where it is.
rm -rf "$program"
mkdir -p "$program"
find "$built" -maxdepth 1 -type f ! -name '*.so*' -exec cp -t "$program" {} +
find "$built" -maxdepth 1 -name '*.so*' -exec ln -s -t "$program" {} +
dotnet "$built/GradService.Fuzz.dll" instrument "$program" >&2

# afl-fuzz would else ask for the machine to be set up for it.
export AFL_SKIP_BIN_CHECK=1 AFL_NO_UI=1 AFL_I_DONT_CARE_ABOUT_MISSING_CRASHES=1 AFL_SKIP_CPUFREQ=1 AFL_NO_AFFINITY=1
export AFL_FORKSRV_INIT_TMOUT=120000 DOTNET_TieredPGO=0 DOTNET_gcConcurrent=0

fuzz() {
  local found=$artifacts/found/$1 stats
  rm -rf "$found"
  mkdir -p "$found"
  if ! timeout "$((seconds + 300))" afl-fuzz -i "Corpus/$1" -o "$found" -m none -t 20000 -V "$seconds" $(dictionary "$1") \
      -- dotnet "$program/GradService.Fuzz.dll" fuzz "$1" @@ >"$found/log" 2>&1; then
    tail -n 20 "$found/log"
    echo "$1: afl-fuzz failed."
    return 1
  fi
  stats=$found/default/fuzzer_stats
  awk -v target="$1" -F ' *: *' '{ of[$1] = $2 } END {
    printf "%-8s %9d executions, %6d a second, %5d branches, corpus of %4d, %d failures, %d hangs\n",
      target, of["execs_done"], of["execs_per_sec"], of["edges_found"], of["corpus_count"], of["saved_crashes"], of["saved_hangs"]
    exit of["saved_crashes"] + of["saved_hangs"] > 0 || of["execs_done"] < 100 || of["edges_found"] < 20 }' "$stats" && return
  find "$found/default/crashes" "$found/default/hangs" -name 'id:*' -exec dotnet "$built/GradService.Fuzz.dll" replay "$1" {} + || true
  return 1
}

dictionary() { [ ! -e "Dictionaries/$1.dict" ] || echo "-x Dictionaries/$1.dict"; }

if [ "$target" != all ]; then
  fuzz "$target"
else
  export -f fuzz dictionary
  export seconds artifacts program built
  ls Corpus | xargs -P "$(nproc)" -I{} bash -c 'fuzz {}'
fi
