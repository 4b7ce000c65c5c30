# The policy printed in README.md is a whole file.
sed -n '/^```c$/,/^```$/p' README.md | sed '/^```/d' >$T/order_largest.c && grep -q POLICY_PART $T/order_largest.c && ${CC:-gcc} -std=c11 -Wall -Wextra -Wpedantic -Werror -Isim -c $T/order_largest.c -o $T/order_largest.o
