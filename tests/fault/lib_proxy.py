"""A TCP or unix-socket proxy whose weather a test makes: delay, hold, slow drip, cut, reset,
half-close, refusal; and rules that act at a chosen point of a conversation.

    proxy = Proxy(target, framing=None)       target: a port of 127.0.0.1, or the path of a unix socket
    proxy.when(UP, b"COMMIT\\0", lambda connection: CUT)

A *unit* is a chunk of bytes, or with framing="zmtp" one ZMTP frame. A rule sees each unit before it is
passed on; its action returns what becomes of it: PASS, SWALLOW, CUT (reset both sides, the unit is lost)
or HOLD (it and all that follows wait until release()). UP is towards the target. Standard library only;
asyncio in one thread of its own.
"""

import asyncio
import pathlib
import socket
import struct
import threading

UP, DOWN = "up", "down"
PASS, SWALLOW, CUT, HOLD = "pass", "swallow", "cut", "hold"
CHUNK_BYTES = 65536
GREETING_BYTES = 64
COMMAND_FLAG, LONG_FLAG = 4, 2


class Rule:
    """`match` is bytes to be found in a unit, or a function of (unit, number of the message)."""

    def __init__(self, direction, match, action, times):
        self.direction, self.match, self.action, self.left = direction, match, action, times
        self.fired = threading.Event()

    def applies(self, direction, unit, number):
        if self.direction != direction or self.left == 0:
            return False
        return self.match in unit if isinstance(self.match, bytes) else self.match(unit, number)

    def fire(self, connection):
        self.left -= 1
        try:
            return self.action(connection)
        finally:
            self.fired.set()


class Connection:
    def __init__(self, client, target):
        self.writers = {UP: target, DOWN: client}
        self.messages = {UP: 0, DOWN: 0}  # ZMTP messages so far, commands not counted

    def reset(self):
        """Both sides see the connection die at once (RST on TCP); nothing buffered is sent."""
        for writer in self.writers.values():
            sock = writer.get_extra_info("socket")
            if sock is not None and sock.family != socket.AF_UNIX:
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            writer.transport.abort()


class Proxy:
    def __init__(self, target, listen=None, framing=None):
        self.target, self.listen, self.framing = target, listen, framing
        self.port = None           # when listening on TCP
        self.delay_s = 0.0         # of every unit
        self.bytes_per_s = 0       # > 0: a slow drip, in the directions of `drips`
        self.drips = {UP, DOWN}
        self.refusing = False      # new connections are cut at once
        self.accepted = 0
        self.rules = []
        self.connections = set()
        self._held = set()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._started = threading.Event()
        self._thread.start()
        self._started.wait()

    # ---- what tests call (from their own thread)

    def when(self, direction, match, action=lambda connection: PASS, times=1):
        """At the first `times` units that match; returns the rule, whose `fired` can be waited for."""
        rule = Rule(direction, match, action, times)
        self.rules.append(rule)
        return rule

    def hold(self, *directions):
        """Nothing passes (a partition: connections stay, bytes wait)."""
        self._held.update(directions or (UP, DOWN))

    def release(self):
        self._held.clear()

    def cut(self):
        """Every connection is reset."""
        self._call(lambda: [connection.reset() for connection in list(self.connections)])

    def half_close(self, direction):
        """One direction is ended (FIN), the other stays open."""
        self._call(lambda: [c.writers[direction].write_eof() for c in list(self.connections)
                            if c.writers[direction].can_write_eof()])

    def close(self):
        self.release()
        self._call(self._end)
        self._thread.join(5)
        if isinstance(self.listen, (str, pathlib.Path)):
            pathlib.Path(self.listen).unlink(missing_ok=True)

    # ---- inside the loop

    def _call(self, function):
        done = threading.Event()

        def run():
            function()
            done.set()
        self._loop.call_soon_threadsafe(run)
        done.wait(5)

    def _end(self):
        self._server.close()
        for connection in list(self.connections):
            connection.reset()
        self._loop.stop()

    def _run(self):
        asyncio.set_event_loop(self._loop)
        self._loop.set_exception_handler(lambda loop, context: None)  # resets are our business
        self._server = self._loop.run_until_complete(self._listen())
        self._started.set()
        self._loop.run_forever()
        self._loop.close()

    async def _listen(self):
        if self.listen is None:
            server = await asyncio.start_server(self._accept, "127.0.0.1", 0, backlog=4096)
            self.port = server.sockets[0].getsockname()[1]
            return server
        return await asyncio.start_unix_server(self._accept, str(self.listen), backlog=256)

    async def _open_target(self):
        if isinstance(self.target, int):
            return await asyncio.open_connection("127.0.0.1", self.target)
        return await asyncio.open_unix_connection(str(self.target))

    async def _accept(self, reader, writer):
        self.accepted += 1
        if self.refusing:
            writer.transport.abort()
            return
        try:
            target_reader, target_writer = await self._open_target()
        except OSError:
            writer.transport.abort()
            return
        connection = Connection(writer, target_writer)
        self.connections.add(connection)
        try:
            await asyncio.gather(self._pump(connection, UP, reader), self._pump(connection, DOWN, target_reader))
        finally:
            self.connections.discard(connection)
            for side in connection.writers.values():
                side.close()

    async def _pump(self, connection, direction, reader):
        writer = connection.writers[direction]
        try:
            if self.framing == "zmtp":
                await self._pass_greeting(writer, reader)
            while unit := await self._next_unit(reader):
                if self.framing == "zmtp" and not unit[0] & COMMAND_FLAG:
                    connection.messages[direction] += 1
                if not await self._pass_on(connection, direction, unit):
                    return
            if writer.can_write_eof():
                writer.write_eof()
        except (OSError, asyncio.IncompleteReadError, RuntimeError):
            connection.reset()

    @staticmethod
    async def _pass_greeting(writer, reader):
        """Piece by piece: each side waits for the other's first bytes before it goes on."""
        left = GREETING_BYTES
        while left > 0 and (piece := await reader.read(left)):
            writer.write(piece)
            left -= len(piece)

    async def _next_unit(self, reader):
        if self.framing != "zmtp":
            return await reader.read(CHUNK_BYTES)
        head = await reader.readexactly(1)
        size = await reader.readexactly(8 if head[0] & LONG_FLAG else 1)
        return head + size + await reader.readexactly(int.from_bytes(size, "big"))

    def _judge(self, connection, direction, unit):
        for rule in self.rules:
            if rule.applies(direction, unit, connection.messages[direction]):
                return rule.fire(connection)
        return PASS

    async def _pass_on(self, connection, direction, unit):
        """False: the connection is over."""
        verdict = self._judge(connection, direction, unit)
        if verdict == CUT:
            connection.reset()
            return False
        if verdict == SWALLOW:
            return True
        if verdict == HOLD:
            self._held.add(direction)
        if self.delay_s > 0:
            await asyncio.sleep(self.delay_s)
        while direction in self._held:
            await asyncio.sleep(0.01)
        writer = connection.writers[direction]
        if self.bytes_per_s > 0 and direction in self.drips:
            step = max(1, self.bytes_per_s // 100)
            for at in range(0, len(unit), step):
                writer.write(unit[at:at + step])
                await writer.drain()
                await asyncio.sleep(step / self.bytes_per_s)
        else:
            writer.write(unit)
            await writer.drain()
        return True
