// SPDX-License-Identifier: Apache-2.0
// survey_page.mjs STORY LINK...: plays a story on the survey page in Chromium and fails where the page
// does not do what it says.
import assert from 'node:assert/strict';
import {createRequire} from 'node:module';
import path from 'node:path';

const require = createRequire(path.join(process.env.NODE_MODULES, '/'));
const {chromium} = require('playwright-core');
const axe = require('axe-core');

const PHONE = {viewport: {width: 360, height: 640}, deviceScaleFactor: 2, isMobile: true, hasTouch: true};
const DESKTOP = {viewport: {width: 1280, height: 900}};
const SCREENSHOTS = process.env.WAYPOST_SCREENSHOTS;

const browser = await chromium.launch({
  executablePath: process.env.BROWSER,
  headless: true,
  args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-dev-shm-usage'],
});

// A page of its own context; whatever the browser complains about fails the story.
async function open(link, options = DESKTOP) {
  const context = await browser.newContext(options);
  const page = await context.newPage();
  page.complaints = [];
  page.on('console', (message) => {
    // A status that is no success is told there, too.
    if (!message.text().startsWith('Failed to load resource')) page.complaints.push(message.text());
  });
  page.on('pageerror', (error) => page.complaints.push(String(error)));
  await page.goto(link);
  return page;
}

async function close(page) {
  assert.deepEqual(page.complaints, []);
  await page.context().close();
}

async function picture(page, name) {
  if (SCREENSHOTS) await page.screenshot({path: path.join(SCREENSHOTS, `${name}.png`), fullPage: true});
}

const chosen = (page) => page.locator('input[name=rating]:checked').inputValue();

const stories = {
  async phone(link) {
    const page = await open(link, {...PHONE, javaScriptEnabled: false});
    assert.equal(await chosen(page), '4');
    assert.match(await page.locator('.told').innerText(), /4 is chosen already/);
    for (const tile of await page.locator('.tile').all()) {
      const box = await tile.boundingBox();
      assert.ok(box.width >= 44 && box.height >= 44, `a tile of ${box.width} x ${box.height}`);
    }
    await picture(page, 'phone-preselected');
    await page.getByRole('button', {name: 'Send answer'}).tap();
    await page.getByRole('heading', {name: 'Thank you!'}).waitFor();
    assert.match(await page.locator('main').innerText(), /you chose 4\./);
    await picture(page, 'phone-thanks');
    await close(page);
  },

  async keyboard(link) {
    const page = await open(link);
    const press = async (...keys) => {
      for (const key of keys) await page.keyboard.press(key);
    };
    // The focus is drawn where it is, or on the tile beside the hidden circle.
    const focused = async (selector) => {
      assert.ok(await page.evaluate((wanted) => document.activeElement.matches(wanted), selector), selector);
      const outline = await page.evaluate(() => {
        const at = document.activeElement;
        const drawn = at.type === 'radio' ? at.nextElementSibling : at;
        const style = getComputedStyle(drawn);
        return [style.outlineStyle, parseFloat(style.outlineWidth)];
      });
      assert.equal(outline[0], 'solid', selector);
      assert.ok(outline[1] >= 2, selector);
    };
    await press('Tab');
    await focused('input[name=rating]');
    await press('Space', 'ArrowRight', 'ArrowRight', 'ArrowRight', 'ArrowRight', 'ArrowRight');
    assert.equal(await chosen(page), '6');
    await picture(page, 'desktop-keyboard');
    await press('Tab');
    await focused('#comment');
    await page.keyboard.type('Done without a mouse & quickly <3');
    await press('Tab');
    await focused('#lost_time');
    await press('ArrowDown', 'ArrowDown');
    await press('Tab');
    await focused('button');
    await press('Enter');
    await page.getByRole('heading', {name: 'Thank you!'}).waitFor();
    await press('Tab');
    await focused('a.button');
    await picture(page, 'desktop-thanks');
    await close(page);
  },

  async change(link) {
    const page = await open(link, PHONE);
    await page.getByRole('radio', {name: '5'}).check();
    await page.getByRole('button', {name: 'Send answer'}).tap();
    await page.getByRole('link', {name: 'Change my answer'}).tap();
    await page.getByText('You answered 5.').waitFor();
    assert.equal(await chosen(page), '5');
    await page.getByRole('radio', {name: '2'}).check();
    await picture(page, 'phone-change');
    await page.getByRole('button', {name: 'Change answer'}).tap();
    await page.getByText('you chose 2.').waitFor();
    await close(page);
  },

  async double_click(link) {
    const page = await open(link);
    await page.getByRole('radio', {name: '3'}).check();
    const button = page.getByRole('button', {name: 'Send answer'});
    await button.dblclick();
    await page.getByRole('heading', {name: 'Thank you!'}).waitFor();
    // Who goes back sees what counts.
    await page.goBack();
    await page.getByText('You answered 3.').waitFor();
    await close(page);
  },

  async languages(german, unnamed) {
    let page = await open(german, {...PHONE, locale: 'en-GB'});
    assert.equal(await page.locator('html').getAttribute('lang'), 'de');
    assert.match(await page.title(), /^Wie war es\?/);
    assert.match(await page.locator('main').innerText(), /Zu Ihrem Anliegen 4711/);
    await page.getByRole('link', {name: 'English'}).tap();
    await page.getByRole('heading', {name: 'How did we do?'}).waitFor();
    assert.equal(await page.locator('html').getAttribute('lang'), 'en');
    assert.match(await page.title(), /^How did we do\?/);
    await page.getByRole('radio', {name: '10'}).check();
    await page.getByRole('button', {name: 'Send answer'}).tap();
    await page.getByRole('heading', {name: 'Thank you!'}).waitFor();  // still English
    await close(page);
    page = await open(unnamed, {...PHONE, locale: 'de-AT'});
    assert.equal(await page.locator('html').getAttribute('lang'), 'de');
    await page.getByRole('radio', {name: '0', exact: true}).check();
    await page.getByRole('button', {name: 'Antwort absenden'}).tap();
    await page.getByRole('heading', {name: 'Vielen Dank!'}).waitFor();
    assert.match(await page.locator('main').innerText(), /von 0 bis 10 haben Sie 0 gewählt/);
    await picture(page, 'phone-thanks-de');
    await close(page);
  },

  async missing(link) {
    const page = await open(link, PHONE);
    const comment = 'I typed this & it must stay';
    await page.getByLabel('What went well').fill(comment);
    await page.getByRole('button', {name: 'Send answer'}).tap();
    assert.equal(await page.locator('.problem').count(), 0);  // the browser says so itself
    await page.locator('form').evaluate((form) => { form.noValidate = true; });
    await page.getByRole('button', {name: 'Send answer'}).tap();
    await page.getByRole('alert').getByText('Please choose one of the numbers').waitFor();
    assert.equal(await page.getByLabel('What went well').inputValue(), comment);
    await picture(page, 'phone-problem');
    await page.getByRole('link', {name: 'Please choose'}).tap();
    assert.equal(await page.evaluate(() => document.activeElement.id), 'rating');
    await examine(page, 'problem');
    await close(page);
  },

  async requests(link) {
    const context = await browser.newContext(DESKTOP);
    const page = await context.newPage();
    const asked = [];
    page.on('request', (request) => asked.push([new URL(request.url()), request.headers()]));
    await page.goto(link);
    const own = new URL(link);
    for (const [url, headers] of asked) {
      assert.equal(url.origin, own.origin);
      assert.ok(!headers.referer);
    }
    const paths = asked.map(([url]) => url.pathname).filter((one) => one !== '/favicon.ico');
    assert.deepEqual(paths, [own.pathname, '/survey/style.css']);
    assert.deepEqual(await context.cookies(), []);
    await context.close();
  },

  async five_changes(link) {
    const page = await open(link);
    for (const rating of ['1', '2', '3', '4', '5', '3']) {
      await page.goto(link);
      await page.getByRole('radio', {name: rating}).check();
      await page.getByRole('button').click();
      await page.getByRole('heading', {name: 'Thank you!'}).waitFor();
    }
    assert.equal(await page.getByRole('link', {name: 'Change my answer'}).count(), 0);
    await close(page);
  },

  async accessible(...named) {
    for (const one of named) {
      const [name, link] = [one.slice(0, one.indexOf('=')), one.slice(one.indexOf('=') + 1)];
      for (const colorScheme of ['light', 'dark']) {
        for (const [size, options] of [['phone', PHONE], ['desktop', DESKTOP]]) {
          const page = await open(link, {...options, colorScheme});
          await picture(page, `${name}-${size}-${colorScheme}`);
          await examine(page, `${name} on a ${size}, ${colorScheme}`);
          await close(page);
        }
      }
    }
  },
};

// No violation that axe knows of, and nothing beyond the screen's edge.
async function examine(page, name) {
  await page.evaluate(axe.source);
  const found = await page.evaluate(() => window.axe.run(document, {resultTypes: ['violations']}));
  assert.deepEqual(found.violations.map((one) => `${one.id}: ${one.nodes[0].html}`), [], name);
  const [needed, there] = await page.evaluate(
    () => [document.documentElement.scrollWidth, document.documentElement.clientWidth]);
  assert.ok(needed <= there, `${name}: ${needed} pixels wide, on ${there}`);
}

try {
  const [story, ...links] = process.argv.slice(2);
  await stories[story](...links);
} finally {
  await browser.close();
}
