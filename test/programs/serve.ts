/** A small HTTP server: `serve.ts <port>` answers every request with its pid. */
const [, , port] = process.argv;
process
  .getBuiltinModule("node:http")
  .createServer((_, response) => response.end(`${process.pid}`))
  .listen(Number(port), "127.0.0.1");
