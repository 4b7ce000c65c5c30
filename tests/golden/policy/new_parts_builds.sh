. tests/policies/stage.sh
cd $T && berth policies new weighted --parts -q && make -s -C weighted CC="${CC:-gcc}" CFLAGS=-Werror weighted.so && berth policies check ./weighted/weighted.so | sed 's/\(cost  *\).*/\1.../' && berth policies ./weighted/weighted.so
