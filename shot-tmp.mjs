import { chromium } from 'playwright-core';
const [base, out, ...rest] = process.argv.slice(2);
const b = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox','--disable-gpu'] });
for (const spec of rest) {
  const [name, width, scheme, hash, click] = spec.split('|');
  const c = await b.newContext({ viewport: { width: Number(width), height: 900 }, colorScheme: scheme });
  const p = await c.newPage();
  p.on('console', m => m.type()==='error' && console.log(name, m.text()));
  p.on('pageerror', e => console.log(name, e.message));
  await p.goto(base + '/' + hash);
  await p.waitForTimeout(1500);
  await p.waitForFunction(() => !document.body.innerText.includes('Loading…'), {timeout: 30000}).catch(()=>{});
  if (click) { for (const t of click.split('+')) { await p.getByText(t).first().click(); await p.waitForTimeout(500);} await p.waitForTimeout(6000); }
  await p.screenshot({ path: `${out}/${name}.png`, fullPage: true });
  await c.close();
}
await b.close();
