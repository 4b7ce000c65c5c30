$BERTH run tests/data/golden/three_shares.json --policy fifo,share=exclusive -o $T/o
