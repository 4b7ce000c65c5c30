$BERTH run tests/data/golden/two.json --policy easy,place=fgd,share=mig -o $T/o
