// Both languages carry the same messages with the same parameters, and none is empty.
import { readFileSync } from 'node:fs';

const SCHEMA_KEY = '$schema';

/**
 * @param {string} locale
 * @returns {Map<string, unknown>}
 */
function readMessages(locale) {
  /** @type {Record<string, unknown>} */
  const messages = JSON.parse(readFileSync(`src/i18n/messages/${locale}.json`, 'utf8'));
  return new Map(Object.entries(messages).filter(([key]) => key !== SCHEMA_KEY));
}

/** @param {unknown} message */
function isEmpty(message) {
  return typeof message === 'string' ? message.trim() === '' : message === null;
}

/** @param {unknown} message */
function parameters(message) {
  const names = JSON.stringify(message).match(/\{[a-zA-Z_]\w*\}/g) ?? [];
  return [...new Set(names)].sort().join(' ');
}

const BASE_LOCALE = 'en';
const OTHER_LOCALES = ['ja'];

const base = readMessages(BASE_LOCALE);
/** @type {string[]} */
const problems = [];

for (const [key, message] of base) {
  if (isEmpty(message)) problems.push(`${BASE_LOCALE}: ${key} is empty`);
}
for (const locale of OTHER_LOCALES) {
  const messages = readMessages(locale);
  for (const [key, message] of base) {
    if (!messages.has(key)) problems.push(`${locale}: ${key} is missing`);
    else if (parameters(messages.get(key)) !== parameters(message))
      problems.push(`${locale}: ${key} has other parameters than in ${BASE_LOCALE}`);
  }
  for (const [key, message] of messages) {
    if (!base.has(key)) problems.push(`${locale}: ${key} is not in ${BASE_LOCALE}`);
    if (isEmpty(message)) problems.push(`${locale}: ${key} is empty`);
  }
}

for (const problem of problems) console.error(problem);
console.log(`${base.size} messages in ${1 + OTHER_LOCALES.length} languages`);
process.exit(problems.length > 0 ? 1 : 0);
