export { type AppServices, createApp } from "./app.js";
export { ListenError, startServer, type WebServer } from "./server.js";
