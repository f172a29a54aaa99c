"""A lab of real parts on one machine: Docker Engine, registry, SSH hosts, started in a fraction of a second.

Everything is thrown away at the end: processes run in namespaces of their own that die with the tests, and
what they write lives in memory. All traffic stays on 127.0.0.0/8.

    with workspace() as folder, docker(folder, "rs2000") as engine, registry(folder) as shelf:
        service = meerkat(engine, shelf)        # the state is real, and what to declare for it is known
        with ssh_hosts(folder, {"rs2000": engine}) as hosts:
            ...

Tests get the same parts as fixtures (`fixtures.py`), `record.py` writes what the engines show to `tests/recordings`.
Other engines than this machine's (`engines.py`) run in roots of their own (`root.py`), made only when asked for;
`identity.py` lets the product judge every state of identity on all of them.
"""
