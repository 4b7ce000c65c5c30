$BERTH trace convert tests/data/golden/two.csv --to swf -q -o $T/a.swf && $BERTH trace convert $T/a.swf --resource gpu -q
