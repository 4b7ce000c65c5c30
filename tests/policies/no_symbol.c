/* no_symbol.c - a shared object that is no policy. */
int no_symbol_at_all(void);
int no_symbol_at_all(void)
{
    return 0;
}
