/* test_ingest.c - rows to job sets: order, numbers, shapes, limits of the fleet, rejects. */
#include "lib/jobs.h"

#define HEAD                                                                                       \
    "# berth-trace 1\njob_id,submit,run,replicas,gpus_per_replica,gpu_milli,gpu_types,"            \
    "cpu_milli,memory_mib,tenant,user,required,after\n"

static const char plain[] = HEAD "a2,5,60,1,8,,,,,nlp,u1,,\n"
                                 "a10,5,61,1,8,,,,,vision,u2,,\n"
                                 "b,7,0,2,4,,,,,nlp,u1,node,a10\n"
                                 "c,9,3.5,1,1,250,,,,\"lab, new\",u3,,\n"
                                 "d,9,3.5,1,0,,,4000,512,nlp,u3,,\n";

static const char plain_dump[] = "a2 at 0 for 60 1x8 by nlp/u1 done\n"
                                 "a10 at 0 for 61 1x8 by vision/u2 done\n"
                                 "b at 2 for 0 2x4 in node/none after a10 by nlp/u1 done\n"
                                 "c at 4 for 3.5 1x1@250 by lab, new/u3 done\n"
                                 "d at 4 for 3.5 1x0 cpu 4000 mem 512 by nlp/u3 done\n";

static void check_dump(const void *data, size_t n, const char *dump)
{
    struct jobs j;

    jobs_bytes(&j, data, n, NULL, NULL);
    if (j.result < 0)
        fail_msg("%s", j.d.message);
    assert_string_equal(jobs_dump(&j), dump);
    jobs_free(&j);
}

static void rows_become_jobs_in_order_of_submission_and_number(void **s)
{
    (void)s;
    check_dump(plain, strlen(plain), plain_dump);
}

/* The lines of `text` after the first `head`, in an order drawn from `seed`. */
static void shuffle(const char *text, uint32_t head, uint64_t seed, char *to)
{
    const char *line[64];
    size_t len[64];
    uint32_t n = 0;

    for (const char *p = text; *p; p += len[n++]) {
        line[n] = p;
        len[n] = strcspn(p, "\n") + 1;
    }
    for (uint32_t i = n - 1; i > head; i--) {
        seed = seed * UINT64_C(6364136223846793005) + 1442695040888963407U;
        uint32_t k = head + (uint32_t)((seed >> 33) % (i - head + 1));
        const char *l = line[i];
        size_t m = len[i];
        line[i] = line[k];
        len[i] = len[k];
        line[k] = l;
        len[k] = m;
    }
    for (uint32_t i = 0; i < n; i++) {
        memcpy(to, line[i], len[i]);
        to += len[i];
    }
    *to = '\0';
}

static void a_shuffled_file_gives_the_same_jobs(void **s)
{
    char text[2048];

    (void)s;
    for (uint64_t seed = 1; seed <= 50; seed++) {
        shuffle(plain, 2, seed, text);
        check_dump(text, strlen(text), plain_dump);
    }
}

static void shuffled_rows_without_ids_give_the_same_jobs(void **s)
{
    static const char rows[] = "timestamp,duration,num_gpus,gpu_time,cluster\n"
                               "2017-10-03 00:00:01,10,1,10,b\n2017-10-03 00:00:01,10,1,10,a\n"
                               "2017-10-03 00:00:01,10,2,20,a\n2017-10-03 00:00:01,9,4,36,a\n"
                               "2017-10-03 00:00:00,9,4,36,c\n2017-10-03 00:00:01,10,1,10,b\n";
    struct jobs j;
    char text[1024], dump[1024];

    (void)s;
    jobs_text(&j, rows, NULL, NULL);
    assert_int_equal(j.result, 0);
    assert_int_equal(j.set.n, 6);
    assert_null(j.set.name);
    snprintf(dump, sizeof dump, "%s", jobs_dump(&j));
    assert_non_null(strstr(dump, "1 at 0 for 9 1x4? by c/ done\n2 at 1 for 9 1x4? by a/ done\n"));
    jobs_free(&j);
    for (uint64_t seed = 1; seed <= 50; seed++) {
        shuffle(rows, 1, seed, text);
        check_dump(text, strlen(text), dump);
    }
}

static void line_ends_and_byte_order_mark_change_nothing(void **s)
{
    char text[2048] = "\xef\xbb\xbf";
    size_t n = 3;

    (void)s;
    for (const char *p = plain; *p; p++) {
        if (*p == '\n')
            text[n++] = '\r';
        text[n++] = *p;
    }
    check_dump(text, n, plain_dump);
    check_dump(text, n - 2, plain_dump);
    check_dump(plain, strlen(plain) - 1, plain_dump);
}

static void file_trouble_stops_at_its_place(void **s)
{
    struct jobs j;
    char text[sizeof plain];

    (void)s;
    memcpy(text, plain, sizeof plain);
    *strstr(text, "61") = '\0';
    jobs_bytes(&j, text, sizeof plain - 1, NULL, NULL);
    assert_int_equal(j.result, -1);
    assert_int_equal(j.d.line, 4);
    assert_int_equal(j.d.column, 7);
    assert_non_null(strstr(j.d.message, "NUL byte"));
    jobs_free(&j);
    jobs_bytes(&j, "", 0, NULL, NULL);
    assert_int_equal(j.result, -1);
    assert_string_equal(j.d.message, "the file is empty, expected a trace");
    jobs_free(&j);
}

static void a_line_above_one_mebibyte_stops(void **s)
{
    size_t n = strlen(plain), room = n + INPUT_LINE_MAX + 16;
    char *text = malloc(room);
    struct jobs j;

    (void)s;
    memset(text, 'x', room);
    memcpy(text, plain, n);
    text[room - 1] = '\n';
    jobs_bytes(&j, text, room, NULL, NULL);
    assert_int_equal(j.result, -1);
    assert_int_equal(j.d.line, 8);
    assert_string_equal(j.d.message, "line is longer than 1 MiB, expected a text file");
    jobs_free(&j);
    free(text);
}

static const char *warning(const struct jobs *j, const char *part)
{
    for (uint32_t i = 0; i < j->summary.n_warnings; i++)
        if (strstr(j->summary.warnings[i].what, part))
            return j->summary.warnings[i].what;
    return NULL;
}

static void odd_rows_warn_once_per_kind_with_a_count(void **s)
{
    struct jobs j;

    (void)s;
    jobs_text(&j, "# berth-trace 1\njob_id,submit,run,limit\na,5,0,\nb,4,0,\nc,3,9,8\nd,9,1,1\n",
              NULL, NULL);
    assert_int_equal(j.result, 0);
    assert_int_equal(j.summary.n_warnings, 3);
    assert_string_equal(warning(&j, "zero"), "run time of job a is zero, kept (2 rows)");
    assert_string_equal(warning(&j, "order"), "job b is out of order of submission (2 rows)");
    assert_string_equal(warning(&j, "limit"), "job c ran past its limit");
    jobs_free(&j);
}

static void an_id_used_twice_is_rejected_with_the_first_line(void **s)
{
    struct jobs j;

    (void)s;
    jobs_text(&j, HEAD "x,1,bad,,,,,,,,,,\nx,1,2,,,,,,,,,,\nx,3,4,,,,,,,,,,\n", NULL, NULL);
    assert_int_equal(j.result, 0);
    assert_int_equal(j.set.n, 1);
    assert_int_equal(j.summary.rejected, 2);
    assert_string_equal(j.summary.rejects[0].kind, "time");
    assert_string_equal(j.summary.rejects[1].kind, "duplicate");
    assert_string_equal(j.summary.rejects[1].reason,
                        "job_id 'x' is already used in line 4, expected unique ids");
    assert_string_equal(j.summary.rejects[1].row, "x,3,4,,,,,,,,,,");
    assert_int_equal(j.summary.rejects[1].column, 1);
    jobs_free(&j);
}

static void too_many_rejects_refuse_the_file(void **s)
{
    struct ingest_options opt = {.max_rejects = 0.25};
    struct jobs j;

    (void)s;
    jobs_text(&j, HEAD "a,1,2,,,,,,,,,,\nb,x,2,,,,,,,,,,\nc,1,2,,,,,,,,,,\nd,1,2,,,,,,,,,,\n", &opt,
              NULL);
    assert_int_equal(j.result, 0);
    jobs_free(&j);
    jobs_text(&j, HEAD "a,1,2,,,,,,,,,,\nb,x,2,,,,,,,,,,\nc,1,y,,,,,,,,,,\n", &opt, NULL);
    assert_int_equal(j.result, -1);
    assert_int_equal(j.d.line, 4);
    assert_string_equal(j.d.message, "submit is 'x', expected seconds as a number");
    assert_string_equal(j.d.hint, "t: 2 of 3 rows rejected (66.7 %), above --max-rejects 25 %; "
                                  "nothing was written");
    assert_int_equal(j.summary.n_first, 2);
    assert_string_equal(j.summary.first[1].message, "run is 'y', expected seconds as a number");
    jobs_free(&j);
}

static void what_could_never_fit_the_fleet_is_rejected(void **s)
{
    static const struct {
        const char *row, *kind, *reason;
    } cases[] = {
        {"a,0,1,3,8,,,,,,,,", "too-large", "asks for 24 GPUs, the fleet has 16"},
        {"a,0,1,1,9,,,,,,,,", "too-large", "asks for 9 GPUs on one node, the largest node has 8"},
        {"a,0,1,3,5,,,,,,,,", "too-large",
         "asks for 3 replicas of up to 5 GPUs, the empty fleet has no room for them"},
        {"a,0,1,2,8,,,,,,,rack,", "too-large",
         "asks for 16 GPUs inside one rack, the largest has 8"},
        {"a,0,1,2,8,,,,,,,node,", "too-large",
         "asks for 16 GPUs with 2 replicas inside one node, no node is that large"},
        {"a,0,1,1,1,,h1000,,,,,,", "type",
         "GPU type is 'h1000', expected a catalogue id or a type of the fleet (nearest: 'h100')"},
        {"a,0,1,1,1,,1g.10gb,,,,,,", "type",
         "asks for MIG profile '1g.10gb', the fleet has h100: none it may use can be partitioned"},
        {"a,0,1,17,1,500,,,,,,rack,", "too-large",
         "asks for 8.500 GPUs inside one rack, the largest has 8"},
    };
    struct topology fleet;
    struct arena a;

    (void)s;
    arena_init(&a);
    jobs_fleet(&fleet, &a, 2, 8, "h100", 1);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct jobs j;
        char text[512];
        snprintf(text, sizeof text, HEAD "ok,0,1,2,8,,H100,1000,5,,,,\n%s\n", cases[i].row);
        jobs_text(&j, text, NULL, &fleet);
        assert_int_equal(j.result, 0);
        assert_int_equal(j.set.n, 1);
        assert_string_equal(j.summary.rejects[0].kind, cases[i].kind);
        assert_string_equal(j.summary.rejects[0].reason, cases[i].reason);
        jobs_free(&j);
    }
    arena_free(&a);
}

static void the_first_oversized_job_can_stop_the_run(void **s)
{
    struct ingest_options opt = {.max_rejects = 1, .oversize = OVERSIZE_STOP};
    struct topology fleet;
    struct arena a;
    struct jobs j;

    (void)s;
    arena_init(&a);
    jobs_fleet(&fleet, &a, 1, 8, "h100", 0);
    jobs_text(&j, HEAD "E,4000,600,4,4,,,,,nlp,u2,,\n", &opt, &fleet);
    assert_int_equal(j.result, -1);
    assert_string_equal(j.d.message,
                        "job 'E' asks for 16 GPUs, the fleet has 8; --oversize stop is in force");
    assert_int_equal(j.d.column, 12);
    jobs_free(&j);
    opt = (struct ingest_options){.max_rejects = 0};
    jobs_text(&j, HEAD "E,4000,600,4,4,,,,,nlp,u2,,\n", &opt, &fleet);
    assert_int_equal(j.result, -1);
    assert_string_equal(j.d.message,
                        "job 'E' asks for 16 GPUs, the fleet has 8; --oversize reject is in force");
    assert_string_equal(j.summary.rejects[0].reason, "asks for 16 GPUs, the fleet has 8");
    jobs_free(&j);
    arena_free(&a);
}

static void cpu_and_memory_count_where_nodes_state_them(void **s)
{
    const struct node_spec nodes[] = {
        {.gpus = 8, .gpu_type = "g", .cpu_milli = 64000},
        {.cpu_milli = 128000},
        {.gpus = 8, .gpu_type = "g", .cpu_milli = 64000, .health = NODE_DRAINED}};
    struct topology fleet;
    struct arena a;
    struct jobs j;

    (void)s;
    arena_init(&a);
    assert_int_equal(topology_build(&fleet, &a, nodes, 3, &j.d), 0);
    jobs_text(&j,
              HEAD "a,0,1,8,1,,,8000,999999,,,,\nb,1,1,8,1,,,9000,,,,,\nc,2,1,1,0,,,100000,,,,,\n"
                   "d,3,1,3,0,,,100000,,,,,\ne,4,1,1,16,,,,,,,,\n",
              NULL, &fleet);
    assert_int_equal(j.result, 0);
    assert_string_equal(jobs_dump(&j), "a at 0 for 1 8x1 cpu 8000 mem 0 by / done\n"
                                       "c at 2 for 1 1x0 cpu 100000 mem 0 by / done\n");
    assert_int_equal(j.summary.rejected, 3);
    assert_string_equal(j.summary.rejects[2].reason, "asks for 16 GPUs, the fleet has 8");
    assert_int_equal(j.summary.cpu_only, 1);
    jobs_free(&j);
    arena_free(&a);
}

static void a_total_without_shape_fills_nodes_of_the_fleet(void **s)
{
    struct topology fleet;
    struct arena a;
    struct jobs j;

    (void)s;
    arena_init(&a);
    jobs_fleet(&fleet, &a, 4, 8, "h100", 0);
    jobs_text(&j, HEAD "a,0,1,,8,,,,,,,,\nb,1,1,,12,,,,,,,,\nc,2,1,,16,,,,,,,,\nd,3,1,,3,,,,,,,,\n",
              NULL, &fleet);
    assert_string_equal(jobs_dump(&j),
                        "a at 0 for 1 1x8 by / done\nb at 1 for 1 1x8+1x4 by / done\n"
                        "c at 2 for 1 2x8 by / done\nd at 3 for 1 1x3 by / done\n");
    jobs_free(&j);
    jobs_text(&j, HEAD "b,1,1,,12,,h100|x,3000,,,,,\n", NULL, NULL);
    assert_string_equal(jobs_dump(&j), "b at 0 for 1 1x12? of h100|x cpu 3000 mem 0 by / done\n");
    assert_true(j.set.requests[0].types == UINT64_MAX);
    jobs_free(&j);
    arena_free(&a);
}

static void jobs_that_ask_alike_share_one_request(void **s)
{
    struct jobs j;

    (void)s;
    jobs_text(&j,
              HEAD "a,0,1,2,8,,,,,t,u,,\nb,1,9,2,8,,,,,t,v,,\nc,2,1,2,8,,,,,s,u,,\n"
                   "d,3,1,1|2,4|8,,,,,t,u,,\ne,4,1,2|1,8|4,,,,,t,u,,\n",
              NULL, NULL);
    assert_int_equal(j.result, 0);
    assert_int_equal(j.set.n_requests, 3);
    assert_int_equal(j.set.specs[0].request, j.set.specs[1].request);
    assert_int_equal(j.set.specs[3].request, j.set.specs[4].request);
    assert_int_equal(j.set.n_groups, 4);
    assert_int_equal(j.set.requests[2].gpus, 20);
    assert_int_equal(j.set.requests[2].demand_milli, 20000);
    assert_int_equal(j.set.tenants.n, 2);
    jobs_free(&j);
}

static void names_that_are_the_index_are_not_kept(void **s)
{
    struct jobs j;

    (void)s;
    jobs_text(&j, HEAD "2,5,1,,,,,,,,,,\n1,3,1,,,,,,,,,,\n3,6,1,,,,,,,,,,\n", NULL, NULL);
    assert_null(j.set.name);
    assert_string_equal(jobs_dump(&j), "1 at 0 for 1 1x1 by / done\n2 at 2 for 1 1x1 by / done\n"
                                       "3 at 3 for 1 1x1 by / done\n");
    jobs_free(&j);
    jobs_text(&j, HEAD "1,5,1,,,,,,,,,,\n2,3,1,,,,,,,,,,\n", NULL, NULL);
    assert_non_null(j.set.name);
    jobs_free(&j);
}

static void cycles_of_dependencies_are_rejected(void **s)
{
    struct jobs j;

    (void)s;
    jobs_text(&j,
              HEAD "a,0,1,,,,,,,,,,c\nb,1,1,,,,,,,,,,a\nc,2,1,,,,,,,,,,b\nd,3,1,,,,,,,,,,a\n"
                   "e,4,1,,,,,,,,,,d\nf,5,1,,,,,,,,,,f\ng,6,1,,,,,,,,,,nobody\n",
              NULL, NULL);
    assert_int_equal(j.result, 0);
    assert_string_equal(jobs_dump(&j),
                        "d at 0 for 1 1x1 by / done\ne at 1 for 1 1x1 after d by / done\n"
                        "g at 3 for 1 1x1 by / done\n");
    assert_int_equal(j.summary.rejected, 4);
    for (int i = 0; i < 4; i++)
        assert_string_equal(j.summary.rejects[i].kind, "cycle");
    assert_int_equal(j.summary.rejects[0].line, 3);
    assert_int_equal(j.summary.rejects[3].line, 8);
    assert_string_equal(warning(&j, "waits"),
                        "job 'g' waits for 'nobody', which is not among the jobs; it does not wait "
                        "(2 rows)");
    jobs_free(&j);
}

static void the_origin_is_the_first_submission_in_utc(void **s)
{
    struct jobs j;

    (void)s;
    jobs_text(&j, "# berth-trace 1\n# origin 2026-01-05T00:00:00Z\njob_id,submit,run\na,60,1\n",
              NULL, NULL);
    assert_true(j.set.origin == 1767571260 * NS_PER_S);
    jobs_free(&j);
    jobs_text(&j, "# berth-trace 1\njob_id,submit,run\na,1767571200,1\n", NULL, NULL);
    assert_true(j.set.origin == 1767571200 * NS_PER_S);
    assert_int_equal(j.set.specs[0].submit, 0);
    jobs_free(&j);
    jobs_text(&j, "# berth-trace 1\njob_id,submit,run\na,60,1\n", NULL, NULL);
    assert_true(j.set.origin == NS_UNKNOWN);
    jobs_free(&j);
}

static void censored_and_cpu_only_rows_are_left_out_when_asked(void **s)
{
    static const char rows[] = "# berth-trace 1\njob_id,submit,run,gpus_per_replica,outcome\n"
                               "a,0,1,1,censored\nb,0,1,0,\nc,0,1,1,\n";
    struct ingest_options opt = {.max_rejects = 1};
    struct jobs j;
    char text[256];
    FILE *f = fmemopen(text, sizeof text, "w");

    (void)s;
    jobs_text(&j, rows, &opt, NULL);
    assert_int_equal(j.set.n, 3);
    ingest_print(f, &j.summary);
    jobs_free(&j);
    opt.reader.censored = CENSORED_SKIP;
    opt.reader.cpu_only_skip = true;
    jobs_text(&j, rows, &opt, NULL);
    assert_int_equal(j.set.n, 1);
    assert_int_equal(j.summary.skipped, 2);
    ingest_print(f, &j.summary);
    fclose(f);
    assert_string_equal(text,
                        "t: 3 rows: 3 jobs = 3 replayed (1 censored, 1 without GPU) + 0 skipped"
                        " + 0 rejected\n"
                        "t: 3 rows: 3 jobs = 1 replayed + 2 skipped (1 still running, 1 no GPU)"
                        " + 0 rejected\n");
    jobs_free(&j);
}

static void a_fleet_with_nothing_to_run_is_an_error(void **s)
{
    struct topology fleet;
    struct arena a;
    struct jobs j;

    (void)s;
    arena_init(&a);
    jobs_fleet(&fleet, &a, 1, 8, "g", 0);
    jobs_text(&j, HEAD, NULL, NULL);
    assert_int_equal(j.result, 0);
    assert_int_equal(j.set.n, 0);
    jobs_free(&j);
    jobs_text(&j, HEAD, NULL, &fleet);
    assert_int_equal(j.result, -1);
    assert_non_null(strstr(j.d.message, "no job can be replayed"));
    jobs_free(&j);
    arena_free(&a);
}

static void unknown_formats_are_explained(void **s)
{
    struct ingest_options opt = {.max_rejects = 1, .format = "swff"};
    struct jobs j;

    (void)s;
    jobs_text(&j, "job_id,submit,duration,num_gpu\na,1,2,3\n", NULL, NULL);
    assert_int_equal(j.result, -1);
    assert_int_equal(j.d.line, 1);
    assert_int_equal(j.d.column, 8);
    assert_int_equal(j.d.width, 6);
    assert_string_equal(
        j.d.message, "unknown trace format: the header is close to 'itp' (missing "
                     "'submission_time', found 'submit'); name it with --format, see 'berth help "
                     "formats'");
    jobs_free(&j);
    jobs_text(&j, "hello\n", NULL, NULL);
    assert_non_null(strstr(j.d.message, "unknown trace format, expected one of "));
    assert_non_null(strstr(j.d.message, ", swf, "));
    jobs_free(&j);
    jobs_text(&j, "a,1,2\n", &opt, NULL);
    assert_int_equal(j.d.status, STATUS_USAGE);
    assert_string_equal(j.d.message,
                        "unknown trace format 'swff' (nearest: 'swf'), see 'berth help formats'");
    jobs_free(&j);
}

static void every_format_describes_itself_and_claims_no_foreign_text(void **s)
{
    const struct trace_format *const *f = ingest_formats();

    (void)s;
    for (; *f; f++) {
        struct trace_near near = {0};
        assert_non_null((*f)->summary);
        assert_non_null((*f)->source);
        assert_non_null((*f)->columns);
        assert_true((*f)->jobs || (*f)->nodes);
        assert_ptr_equal(ingest_format((*f)->name), *f);
        assert_int_equal((*f)->guess("hello, world\n", 13, &near), GUESS_NO);
        assert_int_equal((*f)->guess("", 0, &near), GUESS_NO);
        if (f[1])
            assert_true(strcmp((*f)->name, f[1]->name) < 0);
    }
}

static void the_program_can_make_jobs_itself(void **s)
{
    const struct ingest_options opt = {.max_rejects = 0};
    const struct job_group group = {2, 4};
    struct jobs j;
    struct sink *sink;
    struct trace_row row = {
        .limit = NS_UNKNOWN, .wait = NS_UNKNOWN, .groups = &group, .n_groups = 1};

    (void)s;
    arena_init(&j.arena);
    sink = ingest_begin("model", &opt, NULL, NULL, &j.arena);
    for (int i = 0; i < 1000; i++) {
        row.submit = (1000 - i) * NS_PER_S;
        row.run = i;
        assert_int_equal(sink_row(sink, &row, &j.d), 0);
    }
    assert_int_equal(ingest_finish(sink, &j.set, &j.summary, &j.d), 0);
    assert_int_equal(j.set.n, 1000);
    assert_int_equal(j.set.n_requests, 1);
    assert_int_equal(j.summary.rows, 1000);
    assert_int_equal(j.set.specs[0].run, 999);
    assert_int_equal(j.set.specs[999].submit, 999 * NS_PER_S);
    jobs_free(&j);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_become_jobs_in_order_of_submission_and_number),
        cmocka_unit_test(a_shuffled_file_gives_the_same_jobs),
        cmocka_unit_test(shuffled_rows_without_ids_give_the_same_jobs),
        cmocka_unit_test(line_ends_and_byte_order_mark_change_nothing),
        cmocka_unit_test(file_trouble_stops_at_its_place),
        cmocka_unit_test(a_line_above_one_mebibyte_stops),
        cmocka_unit_test(odd_rows_warn_once_per_kind_with_a_count),
        cmocka_unit_test(an_id_used_twice_is_rejected_with_the_first_line),
        cmocka_unit_test(too_many_rejects_refuse_the_file),
        cmocka_unit_test(what_could_never_fit_the_fleet_is_rejected),
        cmocka_unit_test(the_first_oversized_job_can_stop_the_run),
        cmocka_unit_test(cpu_and_memory_count_where_nodes_state_them),
        cmocka_unit_test(a_total_without_shape_fills_nodes_of_the_fleet),
        cmocka_unit_test(jobs_that_ask_alike_share_one_request),
        cmocka_unit_test(names_that_are_the_index_are_not_kept),
        cmocka_unit_test(cycles_of_dependencies_are_rejected),
        cmocka_unit_test(the_origin_is_the_first_submission_in_utc),
        cmocka_unit_test(censored_and_cpu_only_rows_are_left_out_when_asked),
        cmocka_unit_test(a_fleet_with_nothing_to_run_is_an_error),
        cmocka_unit_test(unknown_formats_are_explained),
        cmocka_unit_test(every_format_describes_itself_and_claims_no_foreign_text),
        cmocka_unit_test(the_program_can_make_jobs_itself),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
