// Socket.IO, between servers over Redis when REDIS_URL names one. It relays and
// keeps nothing.
import http from 'node:http';
import { createClient } from 'redis';
import { Server } from 'socket.io';
import { createAdapter } from '@socket.io/redis-adapter';

const { PORT, REDIS_URL } = process.env;
const server = http.createServer();
const io = new Server(server, { transports: ['websocket'] });
if (REDIS_URL) {
  const pub = createClient({ url: REDIS_URL });
  const sub = pub.duplicate();
  await Promise.all([pub.connect(), sub.connect()]);
  io.adapter(createAdapter(pub, sub));
}
io.on('connection', (socket) => {
  socket.on('join', (room, done) => {
    socket.join(room);
    done();
  });
  socket.on('edit', (room, body, done) => {
    io.to(room).emit('edit', body);
    done();
  });
});
server.listen({ port: Number(PORT), host: '127.0.0.1', backlog: 4096 }, () => console.log('ready'));
