/**
 * Preloaded into npm and whatever it starts (NODE_OPTIONS=--require=...): no host but the registry can be looked up. Shows that
 * an install fetches packages and nothing else. Plain JavaScript, since it runs before anything is installed.
 */
'use strict';
const dns = require('node:dns');

/** The hosts of npm's registry and proxies; npm hands its settings on in npm_config_... to what it starts. */
const settings = ['registry', 'proxy', 'https_proxy'].flatMap((name) => process.env[`npm_config_${name}`] ?? []);
const proxies = ['https_proxy', 'HTTPS_PROXY', 'http_proxy', 'HTTP_PROXY'].flatMap((name) => process.env[name] ?? []);
const known = ['https://registry.npmjs.org', process.env.ONLY_REGISTRY, ...settings, ...proxies];
const allowed = new Set(['localhost', ...known.flatMap((url) => (URL.canParse(url) ? [new URL(url).hostname] : []))]);

const lookup = dns.lookup;
dns.lookup = function (host, options, callback) {
  if (allowed.has(host) || require('node:net').isIP(host)) return lookup.call(dns, host, options, callback);
  const error = Object.assign(new Error(`${host} is no host of the registry`), { code: 'ENOTFOUND', hostname: host });
  console.error(`looked up during the install: ${host}`);
  process.nextTick(typeof options === 'function' ? options : callback, error);
};
