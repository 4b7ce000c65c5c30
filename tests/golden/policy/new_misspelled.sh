$BERTH policies chekc ./mine.so; $BERTH policies newt; $BERTH policies nwe mine
