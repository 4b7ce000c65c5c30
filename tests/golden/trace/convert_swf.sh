$BERTH trace convert tests/data/golden/two.csv --to swf | sed "s/berth [0-9.]* from/berth ... from/"
