// ShareDB on PostgreSQL, between servers over Redis when REDIS_URL names one.
import http from 'node:http';
import ShareDB from 'sharedb';
import PostgresDB from 'sharedb-postgres';
import RedisPubSub from 'sharedb-redis-pubsub';
import WebSocketJSONStream from '@teamwork/websocket-json-stream';
import { WebSocketServer } from 'ws';

const { PORT, REDIS_URL } = process.env;
// The database is named by the PG… variables, which pg reads by itself.
const backend = new ShareDB({
  db: new PostgresDB({}),
  ...(REDIS_URL && { pubsub: new RedisPubSub({ url: REDIS_URL }) }),
});
const server = http.createServer();
new WebSocketServer({ server }).on('connection', (ws) => backend.listen(new WebSocketJSONStream(ws)));
server.listen({ port: Number(PORT), host: '127.0.0.1', backlog: 4096 }, () => console.log('ready'));
