"""Drives a running fault-proxy through every call that two clients of Toxiproxy have:
toxiproxy-python and chaostoolkit-toxiproxy, both as they come from PyPI.

    toxiproxy_clients.py HOST:PORT

What a call answers is compared, and what it does is seen on sockets. At the end every public call
of both clients must have been made. Exit code 1 and the reason if anything is otherwise.
"""

import contextlib
import inspect
import os
import socket
import sys
import threading
import time

import chaostoxi.proxy.actions
import chaostoxi.proxy.probes
import chaostoxi.toxic.actions
import toxiproxy
import toxiproxy.exceptions
import toxiproxy.proxy

API_HOST, API_PORT = sys.argv[1].rsplit(":", 1)
CONFIGURATION = {"toxiproxy_host": API_HOST, "toxiproxy_port": API_PORT}
MADE = set()


# --- What the proxies lead to ------------------------------------------------------------------


class Echo:
    """Sends back what it gets, and ends a connection when its client does."""

    def __init__(self):
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.address = f"127.0.0.1:{self.port}"
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            connection, _ = self.listener.accept()
            threading.Thread(target=self.serve, args=(connection,), daemon=True).start()

    def serve(self, connection):
        with connection, contextlib.suppress(OSError):
            while data := connection.recv(65536):
                connection.sendall(data)


class Farewell(Echo):
    """Answers once, and ends the connection."""

    def serve(self, connection):
        with connection, contextlib.suppress(OSError):
            connection.sendall(connection.recv(65536))


def dial(address):
    host, port = address.rsplit(":", 1)
    connection = socket.create_connection((host.strip("[]"), int(port)), timeout=10)
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return connection


def read(connection, count):
    """So many bytes, or fewer if the connection ends before."""
    data = b""
    while len(data) < count:
        part = connection.recv(count - len(data))
        if not part:
            break
        data += part
    return data


def exchange(address, data=b"hello"):
    """What comes back, and how long that took."""
    with dial(address) as connection:
        start = time.monotonic()
        connection.sendall(data)
        return read(connection, len(data)), time.monotonic() - start


def is_refused(address):
    try:
        dial(address).close()
        return False
    except ConnectionRefusedError:
        return True


# --- Checks ------------------------------------------------------------------------------------


def expect(condition, what):
    if not condition:
        raise AssertionError(what)


def expect_equal(seen, wanted, what):
    expect(seen == wanted, f"{what}: {seen!r}, not {wanted!r}")


def expect_between(seen, low, high, what):
    expect(low <= seen <= high, f"{what}: {seen:.3f}, not within {low} and {high}")


def expect_raises(kind, call, *arguments, **named):
    try:
        call(*arguments, **named)
    except kind as error:
        return str(error)
    raise AssertionError(f"{call.__name__}{arguments}{named} raised no {kind.__name__}")


def public_calls(place):
    """The names of the functions that a module or a class has for others."""
    names = getattr(place, "__all__", None) or [
        name for name in vars(place) if not name.startswith("_")
    ]
    return [name for name in names if inspect.isroutine(inspect.unwrap(getattr(place, name)))]


def note_calls(place):
    """Notes each call of a public function from now on. It still does what it did."""

    def noting(name, function):
        def call(*arguments, **named):
            MADE.add((place.__name__, name))
            return function(*arguments, **named)

        call.__name__ = name
        return call

    for name in public_calls(place):
        setattr(place, name, noting(name, getattr(place, name)))


CLIENTS = [
    toxiproxy.Toxiproxy,
    toxiproxy.proxy.Proxy,
    chaostoxi.proxy.actions,
    chaostoxi.proxy.probes,
    chaostoxi.toxic.actions,
]
CALLS = {(place.__name__, name) for place in CLIENTS for name in public_calls(place)}


# --- toxiproxy-python: the server --------------------------------------------------------------


def check_server(echo):
    server = toxiproxy.Toxiproxy()
    server.update_api_consumer(API_HOST, int(API_PORT))
    expect(server.running(), "it runs")
    expect(server.version().startswith(b'{"version": "'), f"version is {server.version()!r}")
    expect_equal(server.proxies(), {}, "proxies at the beginning")
    expect_equal(server.get_proxy("one"), None, "a proxy that is not there")

    one = server.create(upstream=echo.address, name="one")
    expect(one.enabled, "a new proxy is enabled")
    expect(not one.listen.endswith(":0"), f"a real address: {one.listen}")
    expect_equal(exchange(one.listen)[0], b"hello", "through a new proxy")
    asleep = server.create(upstream=echo.address, name="asleep", enabled=False)
    expect(not asleep.enabled, "one that is made disabled")
    expect_equal(set(server.proxies()), {"one", "asleep"}, "proxies")
    expect_equal(server.get_proxy("one").listen, one.listen, "where it listens")
    expect_raises(toxiproxy.exceptions.ProxyExists, server.create, echo.address, "one")

    expect(server.reset(), "reset")
    expect(server.get_proxy("asleep").enabled, "a reset enables every proxy")
    expect(server.destroy(asleep), "destroy")
    expect(is_refused(asleep.listen), "a destroyed proxy does not listen")
    error = expect_raises(toxiproxy.exceptions.NotFound, server.destroy, asleep)
    expect("proxy not found" in error, error)
    expect_equal(server.destroy("no proxy"), False, "what is no proxy")
    return server, one


def check_populate(server, echo, other):
    wanted = [
        {"name": "first", "upstream": echo.address, "listen": "127.0.0.1:0"},
        {"name": "second", "upstream": echo.address, "listen": "127.0.0.1:0"},
    ]
    made = server.populate(wanted)
    expect_equal([proxy.name for proxy in made], ["first", "second"], "populate")
    for proxy, entry in zip(made, wanted):
        entry["listen"] = proxy.listen
    expect_equal(server.populate(wanted), [], "populate with the same")
    wanted[0]["upstream"] = other.address
    expect_equal([proxy.name for proxy in server.populate(wanted)], ["first"], "another upstream")
    expect_equal(server.get_proxy("first").upstream, other.address, "its upstream")


def check_errors(proxy):
    invalid = toxiproxy.exceptions.InvalidToxic
    expect("invalid toxic type" in expect_raises(invalid, proxy.add_toxic, type="plague"), "type")
    error = expect_raises(invalid, proxy.add_toxic, type="latency", stream="sideways")
    expect("stream was invalid, can be either upstream or downstream" in error, error)
    proxy.add_toxic(type="latency")
    error = expect_raises(toxiproxy.exceptions.ProxyExists, proxy.add_toxic, type="latency")
    expect("toxic already exists" in error, error)
    expect(proxy.destroy_toxic("latency_downstream"), "destroy_toxic")
    error = expect_raises(
        toxiproxy.exceptions.NotFound, proxy.destroy_toxic, "latency_downstream"
    )
    expect("toxic not found" in error, error)


def check_enabling(proxy):
    with dial(proxy.listen) as connection:
        connection.sendall(b"x")
        expect_equal(read(connection, 1), b"x", "before")
        with proxy.down():
            expect(is_refused(proxy.listen), "down")
            with contextlib.suppress(ConnectionResetError):
                expect_equal(connection.recv(1), b"", "a connection that was there")
    expect_equal(exchange(proxy.listen)[0], b"hello", "up again")
    proxy.disable()
    expect(is_refused(proxy.listen) and not proxy.enabled, "disabled")
    proxy.enable()
    expect_equal(exchange(proxy.listen)[0], b"hello", "enabled")


# --- toxiproxy-python: toxics ------------------------------------------------------------------


@contextlib.contextmanager
def toxic(proxy, kind, **rest):
    """Adds a toxic, compares what is told of it, and takes it away again."""
    proxy.add_toxic(type=kind, **rest)
    stream = rest.get("stream", "downstream")
    name = rest.get("name", f"{kind}_{stream}")
    told = proxy.get_toxic(name)
    expect_equal((told.type, told.stream, told.name), (kind, stream, name), "the toxic")
    expect_equal(told.toxicity, rest.get("toxicity", 1), "its toxicity")
    wanted = rest.get("attributes", {})
    seen = {key: told.attributes[key] for key in wanted}
    expect_equal(seen, wanted, f"attributes of {kind}")
    try:
        yield
    finally:
        proxy.destroy_toxic(name)
    expect_equal(proxy.get_toxic(name), None, "a toxic that was destroyed")


def check_toxics(proxy):
    def slow(**rest):
        return toxic(proxy, "latency", attributes={"latency": 300, "jitter": 0}, **rest)

    with slow():
        expect_between(exchange(proxy.listen)[1], 0.3, 2, "latency")
    with slow(stream="upstream"):
        expect_between(exchange(proxy.listen)[1], 0.3, 2, "latency upstream")
    with slow(), slow(stream="upstream", name="the other way"):
        expect_equal(set(proxy.toxics()), {"latency_downstream", "the other way"}, "toxics")
        expect_between(exchange(proxy.listen)[1], 0.6, 3, "latency both ways")
    with slow(toxicity=0):
        expect_between(exchange(proxy.listen)[1], 0, 0.25, "latency of toxicity 0")
    with toxic(proxy, "bandwidth", attributes={"rate": 100}):
        expect_between(exchange(proxy.listen, b"x" * 100_000)[1], 0.7, 3, "bandwidth")
    with toxic(
        proxy, "slicer", attributes={"average_size": 10, "size_variation": 2, "delay": 20_000}
    ):
        data, took = exchange(proxy.listen, bytes(range(200)))
        expect_equal(data, bytes(range(200)), "what was sliced")
        expect_between(took, 0.2, 4, "slicer")
    with toxic(proxy, "limit_data", attributes={"bytes": 10}):
        expect_equal(exchange(proxy.listen, b"0123456789abcdef")[0], b"0123456789", "limit_data")
    with toxic(proxy, "noop"):
        expect_equal(exchange(proxy.listen)[0], b"hello", "noop")
    expect_between(exchange(proxy.listen)[1], 0, 0.25, "without a toxic")


def check_closing_toxics(proxy, leaving):
    with toxic(proxy, "timeout", attributes={"timeout": 300}):
        data, took = exchange(proxy.listen)
        expect_equal(data, b"", "data through timeout")
        expect_between(took, 0.25, 2, "timeout")
    with toxic(proxy, "reset_peer", attributes={"timeout": 100}):
        expect_raises(ConnectionResetError, exchange, proxy.listen)
    with toxic(leaving, "slow_close", attributes={"delay": 400}):
        expect_between(until_end(leaving.listen), 0.4, 2, "slow_close")
    expect_between(until_end(leaving.listen), 0, 0.3, "without slow_close")


def until_end(address):
    """How long after its answer a connection ends."""
    with dial(address) as connection:
        connection.sendall(b"hello")
        expect_equal(read(connection, 5), b"hello", "the answer")
        start = time.monotonic()
        expect_equal(connection.recv(1), b"", "the end")
        return time.monotonic() - start


# --- chaostoolkit-toxiproxy --------------------------------------------------------------------


def check_chaos_proxies(echo, other):
    actions, probes = chaostoxi.proxy.actions, chaostoxi.proxy.probes
    shared = {"configuration": CONFIGURATION}
    expect_equal(probes.proxy_exist("chaos", **shared), False, "proxy_exist before")
    expect_equal(probes.get_proxy_attribute("chaos", "listen", **shared), None, "attribute before")
    os.environ["UPSTREAM_PORT"] = str(echo.port)
    made = actions.create_proxy(
        "chaos", "127.0.0.1", "env:UPSTREAM_PORT", listen_host="127.0.0.1", **shared
    )
    expect_equal(made, True, "create_proxy")
    address = f"127.0.0.1:{CONFIGURATION['chaos_PORT']}"
    expect_equal(os.environ["chaos_PORT"], CONFIGURATION["chaos_PORT"], "its port")
    expect_equal(exchange(address)[0], b"hello", "through a new proxy")
    expect_equal(probes.proxy_exist("chaos", **shared), True, "proxy_exist")
    for name, wanted in [("listen", address), ("upstream", echo.address), ("toxics", [])]:
        expect_equal(probes.get_proxy_attribute("chaos", name, **shared), wanted, name)
    expect_raises(
        AssertionError, actions.create_proxy, "chaos", "127.0.0.1", echo.port, **shared
    )
    expect_raises(AssertionError, actions.modify_proxy, "nobody", enabled=False, **shared)

    expect_equal(actions.disable_proxy("chaos", **shared), True, "disable_proxy")
    expect_equal(probes.get_proxy_attribute("chaos", "enabled", **shared), False, "enabled")
    expect(is_refused(address), "a disabled proxy")
    expect_equal(actions.enable_proxy("chaos", **shared), True, "enable_proxy")
    expect_equal(exchange(address)[0], b"hello", "an enabled proxy")
    actions.modify_proxy("chaos", upstream_address=other.address, **shared)
    told = probes.get_proxy_attribute("chaos", "upstream", **shared)
    expect_equal(told, other.address, "its new upstream")
    actions.modify_proxy("chaos", listen_address="127.0.0.1:0", **shared)
    moved = f"127.0.0.1:{CONFIGURATION['chaos_PORT']}"
    expect_equal(exchange(moved)[0], b"hello", "where it listens now")
    expect(moved == address or is_refused(address), "where it listened before")
    actions.modify_proxy("chaos", upstream_address=echo.address, enabled=True, **shared)
    check_all_interfaces(echo)
    return moved


def check_all_interfaces(echo):
    """As it is made without an address, and by a URL instead of a host and a port."""
    actions = chaostoxi.proxy.actions
    configuration = {"toxiproxy_url": f"http://{API_HOST}:{API_PORT}"}
    actions.create_proxy("wide", "127.0.0.1", echo.port, configuration=configuration)
    address = f"127.0.0.1:{configuration['wide_PORT']}"
    expect_equal(exchange(address)[0], b"hello", "on all interfaces")
    actions.delete_proxy("wide", configuration=configuration)
    expect(is_refused(address), "a deleted proxy")
    # It is told of in the log alone.
    expect_equal(actions.delete_proxy("wide", configuration=configuration), None, "twice")


def check_chaos_toxics(address):
    actions = chaostoxi.toxic.actions
    probes = chaostoxi.proxy.probes
    shared = {"for_proxy": "chaos", "toxic_name": "t", "configuration": CONFIGURATION}

    def check(call, attributes, **named):
        expect_equal(call(**shared, **named), True, call.__name__)
        [told] = probes.get_proxy_attribute("chaos", "toxics", configuration=CONFIGURATION)
        expect_equal(told["attributes"], attributes, f"attributes of {call.__name__}")
        expect_equal((told["stream"], told["toxicity"]), ("downstream", 1), call.__name__)
        answer, took = exchange(address)
        expect_equal(actions.delete_toxic(**shared), True, "delete_toxic")
        return answer, took

    delay = {"latency": 300, "jitter": 0}
    expect_between(check(actions.create_latency_toxic, delay, latency=300)[1], 0.3, 2, "latency")
    check(actions.create_bandwith_degradation_toxic, {"rate": 50}, rate=50)
    check(actions.create_slow_connection_close_toxic, {"delay": 50}, delay=50)
    answer, _ = check(actions.create_timeout_toxic, {"timeout": 200}, timeout=200)
    expect_equal(answer, b"", "data through timeout")
    slices = {"average_size": 2, "size_variation": 1, "delay": 1000}
    check(actions.create_slicer_toxic, slices, **slices)
    answer, _ = check(actions.create_limiter_toxic, {"bytes": 3}, bytes_limit=3)
    expect_equal(answer, b"hel", "data through limit_data")
    expect_equal(actions.delete_toxic(**shared), False, "a toxic that is not there")

    made = actions.create_toxic(
        toxic_type="latency", stream="upstream", toxicity=0.5, attributes={"latency": 1}, **shared
    )
    expect_equal(made, True, "create_toxic")
    expect_equal(actions.create_toxic(
        for_proxy="chaos", toxic_name="no attributes", toxic_type="slow_close",
        configuration=CONFIGURATION,
    ), True, "create_toxic without attributes")
    told = probes.get_proxy_attribute("chaos", "toxics", configuration=CONFIGURATION)
    expect_equal([entry["name"] for entry in told], ["t", "no attributes"], "toxics")
    expect_equal((told[0]["stream"], told[0]["toxicity"]), ("upstream", 0.5), "the first")
    expect_equal(told[0]["attributes"], {"latency": 1, "jitter": 0}, "what was not said is 0")


def check_chaos_reset(address):
    actions, probes = chaostoxi.proxy.actions, chaostoxi.proxy.probes
    shared = {"configuration": CONFIGURATION}
    actions.disable_proxy("chaos", **shared)
    expect_equal(actions.reset(**shared), True, "reset")
    expect_equal(probes.get_proxy_attribute("chaos", "enabled", **shared), True, "enabled")
    expect_equal(probes.get_proxy_attribute("chaos", "toxics", **shared), [], "toxics")
    expect_equal(exchange(address)[0], b"hello", "after a reset")


# --- All of it ---------------------------------------------------------------------------------


def main():
    for place in CLIENTS:
        note_calls(place)
    echo, other = Echo(), Farewell()
    server, one = check_server(echo)
    check_errors(one)
    check_enabling(one)
    check_toxics(one)
    check_closing_toxics(one, server.create(upstream=other.address, name="leaving"))
    check_populate(server, echo, other)
    address = check_chaos_proxies(echo, other)
    check_chaos_toxics(address)
    check_chaos_reset(address)
    expect(one.destroy(), "destroy")
    server.destroy_all()
    expect_equal(server.proxies(), {}, "proxies at the end")
    expect_equal(CALLS - MADE, set(), "calls that were not made")
    print(f"{len(CALLS)} calls made, all as they should be")


if __name__ == "__main__":
    main()
