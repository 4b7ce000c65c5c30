# The part printed in policies/README.md is a whole file.
sed -n '/^```c$/,/^```$/p' policies/README.md | sed '/^```/d' >$T/order_weighted.c && grep -q POLICY_PART $T/order_weighted.c && ${CC:-gcc} -std=c11 -Wall -Wextra -Wpedantic -Werror -Isim -c $T/order_weighted.c -o $T/order_weighted.o
