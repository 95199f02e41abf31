// Drives the local cloud with IBM's Node SDKs through one table of operations, as drive.py does with Python's.
//
// drive.mjs TABLE FIXTURES OUT; NODE_PATH tells where the SDKs are.

import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { setTimeout as pause } from 'node:timers/promises';
import { Unknown, differences, outcome, resolve } from './matching.mjs';

const require = createRequire(import.meta.url);
const core = require('ibm-cloud-sdk-core');

class Service {
  constructor(table) {
    this.Sdk = table.node.module ? require(table.node.module) : undefined;
    this.name = (table.environment ?? '').toLowerCase();
    this.options = table.clients ?? {};
    this.clients = new Map();
  }

  client(name, saved) {
    if (!this.clients.has(name)) this.clients.set(name, this.make(resolve(this.options[name] ?? {}, saved)));
    return this.clients.get(name);
  }

  make(options) {
    if (options.manager) return new core[options.manager.node](options.args);
    const authenticator = options.authenticator && new core[options.authenticator.node](options.args);
    const client = this.Sdk.newInstance({ serviceName: this.name, ...(authenticator && { authenticator }) });
    client.setEnableGzipCompression(options.gzip ?? false);
    if (options.retries) client.enableRetries({ maxRetries: options.retries, maxRetryInterval: 1 });
    return client;
  }
}

async function call(service, row, args, saved) {
  const client = service.client(row.client ?? 'main', saved);
  const told = (result) => ({ status: 200, headers: {}, result });
  if (row.pager) return told({ all: await new service.Sdk[row.pager](client, args).getAll() });
  if (!service.Sdk) return told({ token: await client[row.operation](args) });
  return client[row.operation](args);
}

async function control(row, saved) {
  const [method, path] = row.control.split(' ', 2);
  const body = row.body && JSON.stringify(resolve(row.body, saved));
  const answer = await fetch(process.env.LOCALCLOUD_URL + resolve(path, saved), { method, body });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${answer.status}: ${text}`);
  return { status: answer.status, headers: {}, result: text ? JSON.parse(text) : {} };
}

function ofError(error) {
  const text = error.body ?? error.result ?? '{}';
  let body;
  try {
    body = typeof text === 'string' ? JSON.parse(text) : text;
  } catch {
    body = {};
  }
  return { status: error.status, message: error.message, code: body.errors?.[0]?.code, body };
}

// Why the row failed, or nothing; and the status if it was an error answer.
async function attempt(service, row, saved) {
  let answer;
  try {
    answer = row.control ? await control(row, saved) : await call(service, row, resolve(row.args ?? {}, saved), saved);
  } catch (error) {
    if (error instanceof Unknown) throw error;
    const seen = ofError(error);
    const told = seen.body.errors?.[0]?.message ?? seen.message;
    if (row.error) {
      const why = differences(resolve(row.error, saved), seen, 'error');
      return { why: why && `${why}: ${told}`, status: seen.status };
    }
    return { why: seen.status ? `${seen.status}: ${told}` : String(error), status: seen.status };
  }
  const { status, headers, result } = answer;
  if (row.error) return { why: `no error, but ${status}` };
  const wrong = row.status && differences(row.status, status, 'status');
  if (wrong) return { why: wrong };
  if (row.save) saved[row.save] = { ...result, '@': headers };
  return { why: differences(resolve(row.holds ?? {}, saved), result ?? {}, 'answer') };
}

async function runRow(service, row, saved, lost) {
  if (row.skip?.node) return ['skipped', row.skip.node];
  if (lost.has(row.needs)) return [lost.get(row.needs), `needs ${row.needs}`];
  const until = Date.now() + 1000 * (row.within ?? 0);
  for (;;) {
    let found;
    try {
      found = await attempt(service, row, saved);
    } catch (error) {
      if (error instanceof Unknown) {
        return [lost.get(error.message.split('.')[0]) ?? 'failed', `needs ${error.message}`];
      }
      found = { why: String(error) };
    }
    if (!found.why || Date.now() >= until) return [outcome(row, found.why, found.status), found.why];
    await pause(50);
  }
}

const [tableFile, fixturesFile, outFile] = process.argv.slice(2);
const table = JSON.parse(readFileSync(tableFile, 'utf8'));
const saved = { ...JSON.parse(readFileSync(fixturesFile, 'utf8')), env: process.env };
let service;
try {
  service = new Service(table);
} catch (error) {
  if (error.code !== 'MODULE_NOT_FOUND') throw error;
  console.log(`conformance: no ${table.node.module}`);
  process.exit(0);
}
const here = !table.environment || `${table.environment}_URL` in process.env;
const findings = [];
const lost = new Map();
for (const row of table.rows) {
  const [outcome, why] = here ? await runRow(service, row, saved, lost) : ['absent', 'the cloud has no such service'];
  if (outcome !== 'passed' && outcome !== 'skipped') {
    for (const name of [row.operation, row.save]) if (name) lost.set(name, outcome);
  }
  const what = row.control ?? row.operation;
  findings.push({ operation: row.operation ?? '', what, number: findings.length + 1, outcome, why });
}
writeFileSync(outFile, JSON.stringify({ service: table.service, sdk: 'node', findings }));
