#!/usr/bin/env node
import { writeFileSync } from "node:fs";
import { openApiDocument } from "./document.js";

// Writes docs/openapi.json anew: node packages/web/dist/openapi/write.js
const file = new URL("../../../../docs/openapi.json", import.meta.url);
writeFileSync(file, `${JSON.stringify(openApiDocument(), null, 2)}\n`);
