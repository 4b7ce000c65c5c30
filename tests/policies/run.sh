# run.sh - one double on the small trace: name, further flags. For the golden cases of tests/golden/policy.
name=$1
shift
cp "${BERTH%/berth}/policies/$name.so" tests/policies/small.json tests/policies/small.csv "$T" && cd "$T" || exit 9
$BERTH run small.json -q --policy "./$name.so" "$@"
