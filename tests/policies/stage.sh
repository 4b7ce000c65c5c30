# stage.sh - sourced: a program and the contract's header as `make install` lays them out, in $T/prefix, first
# in PATH. Nothing else of the tree can be found from there.
mkdir -p "$T/prefix/bin" "$T/prefix/include" || exit 9
cp "$BERTH" "$T/prefix/bin/berth" && cp sim/abi/berth_policy.h "$T/prefix/include/" || exit 9
PATH=$T/prefix/bin:$PATH BERTH_CATALOG=$(pwd)/scenarios/catalog
export PATH BERTH_CATALOG
unset MAKEFLAGS MAKELEVEL MFLAGS BERTH_INCLUDE BERTH
