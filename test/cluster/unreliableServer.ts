/** A web server that answers some requests badly, and counts how often: what the load's accounting is compared with. */
import { createServer, type Server, type Socket } from "node:net";

/** What happens to a request instead of an answer, in turn. */
const faults = ["reset", "no answer", "short answer", "silence", "idle close", "announced close"] as const;
type Fault = (typeof faults)[number];

/** One request in so many is answered badly. */
const every = 29;
const body = "whole\n";

export interface UnreliableServer {
  readonly url: string;
  /** How often it has done each of them so far, to requests for which that means something. */
  readonly done: ReadonlyMap<Fault, number>;
  close(): void;
}

export async function startUnreliableServer(address: string): Promise<UnreliableServer> {
  const done = new Map<Fault, number>();
  const sockets = new Set<Socket>();
  let requests = 0;
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => undefined).on("close", () => sockets.delete(socket));
    let received = "";
    socket.on("data", (chunk) => {
      received += chunk.toString("latin1");
      if (!received.includes("\r\n\r\n")) return;
      const keepsAlive = !/^connection: close/im.test(received);
      received = "";
      requests += 1;
      const fault = requests % every === 0 ? faults[(requests / every) % faults.length] : undefined;
      answer(socket, fault);
      if (fault !== undefined && (keepsAlive || !isClose(fault))) done.set(fault, (done.get(fault) ?? 0) + 1);
    });
  });
  const port = await listen(server, address);
  const close = () => {
    server.close();
    for (const socket of sockets) socket.destroy();
  };
  return { url: `http://${address}:${port}/`, done, close };
}

function answer(socket: Socket, fault: Fault | undefined): void {
  const head = `HTTP/1.1 200 OK\r\nContent-Length: ${body.length}\r\n`;
  switch (fault) {
    case "reset":
      socket.resetAndDestroy();
      break;
    case "no answer":
      socket.end();
      break;
    case "short answer":
      socket.end(`${head}\r\n${body.slice(1)}`);
      break;
    case "silence":
      break;
    case "idle close":
      socket.end(`${head}\r\n${body}`);
      break;
    case "announced close":
      socket.end(`${head}Connection: close\r\n\r\n${body}`);
      break;
    default:
      socket.write(`${head}\r\n${body}`);
  }
}

/** Nothing special to a client that asked for it. */
function isClose(fault: Fault): boolean {
  return fault === "idle close" || fault === "announced close";
}

function listen(server: Server, address: string): Promise<number> {
  return new Promise((resolve, reject) => {
    server.on("error", reject);
    server.listen(0, address, () => {
      const bound = server.address();
      if (bound === null || typeof bound === "string") throw new Error("the server has no port");
      resolve(bound.port);
    });
  });
}
