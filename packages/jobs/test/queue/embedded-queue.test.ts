import { EmbeddedQueue } from "../../src/queue/embedded/embedded-queue.js";
import { describeQueue } from "./queue-contract.js";

describeQueue("the embedded queue", () => new EmbeddedQueue());
