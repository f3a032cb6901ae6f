#!/bin/bash
# Fuzzes: run.sh [SECONDS [TARGET…]]. Every target, for 60 seconds unless told otherwise, as many at
# a time as there are processors, beginning with its corpus, which stays as it is. Needs stable Rust
# and a C++ compiler, for libFuzzer. One line for each target, and one for all of them at the end.
cd "$(dirname "$0")" || exit 1
seconds=${1:-60}
shift

command -v c++ >/dev/null || {
    echo "missing, please install: apt-get install g++" >&2
    exit 1
}
host=$(rustc -vV | sed -n 's/^host: //p')
target_dir=$(realpath -m "${CARGO_TARGET_DIR:-../../target}/fuzz")
findings=$target_dir/findings
mkdir -p "$findings" || exit 1

# What cargo-fuzz asks a nightly compiler for by -Zsanitizer, without the sanitizer: the codec has no
# unsafe code to be watched. A target is named so that build scripts are left alone.
passes=(-Cpasses=sancov-module -Ccodegen-units=1 "--cfg=fuzzing")
for pass in level=4 inline-8bit-counters pc-table trace-compares; do
    passes+=("-Cllvm-args=-sanitizer-coverage-$pass")
done
RUSTFLAGS="${passes[*]}" cargo build --quiet --locked --release --target "$host" \
    --target-dir "$target_dir" || exit 1

fuzz() {
    local name=$1 binary=$2 seconds=$3 findings=$4 grown log runs edges status took TIMEFORMAT=%0U
    grown=$(mktemp -d) && log=$grown.log
    took=$({
        time "$binary" -max_total_time="$seconds" -max_len=4096 -timeout=25 -rss_limit_mb=1024 \
            -print_final_stats=1 -artifact_prefix="$findings/$name-" "$grown" "corpus/$name" \
            >"$log" 2>&1
    } 2>&1)
    status=$?
    runs=$(sed -n 's/^stat::number_of_executed_units: *//p' "$log")
    # Edges that were reached: of the corpus alone, and at the end.
    edges=$(sed -n 's/.*\(INITED\|DONE\) *cov: \([0-9]*\) .*/\2/p' "$log" | paste -sd ' ')
    if [ $status = 0 ] && [ "${edges%% *}" -ge 50 ]; then
        echo "fuzz $name: $runs inputs in $took CPU seconds, ${edges/ / edges of the corpus, } edges"
    else
        status=1
        tail -n 40 "$log"
        echo "fuzz $name: FAILED (exit $status, edges ${edges:-none}), see $findings"
    fi
    rm -r "$grown" "$log"
    return $status
}
export -f fuzz

names=("$@")
[ $# -gt 0 ] || names=($(cd corpus && echo *))
printf '%s\n' "${names[@]}" | xargs -P "$(nproc)" -I{} \
    bash -c 'fuzz "$@"' - {} "$target_dir/$host/release/{}" "$seconds" "$findings" |
    tee "$target_dir/log"
passed=$(grep -c '^fuzz [a-z_]*: [0-9]' "$target_dir/log")
echo "fuzzed ${#names[@]} targets for $seconds seconds each:" \
    "$passed passed, $((${#names[@]} - passed)) failed"
[ "$passed" = "${#names[@]}" ]
