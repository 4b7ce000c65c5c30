# What `berth policies new` writes builds against the installed header alone and passes its own test.
. tests/policies/stage.sh
cd $T && berth policies new mine && make -s -C mine CC="${CC:-gcc}" CFLAGS=-Werror test | sed 's/\(cost  *\).*/\1.../; s,/[^ ]*/,,g'
