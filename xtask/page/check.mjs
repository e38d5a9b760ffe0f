// Looks at pages of the rollout as people do: in a browser, on a phone, in the dark, printed, by keyboard, without scripts.
// Arguments: the browser, the folder for pictures, then the pages as name=file. Every check is a line; the last line counts.
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";
import { chromium } from "playwright-core";

const [executablePath, pictures, ...pages] = process.argv.slice(2);
const axe = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const flags = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync"];
const browser = await chromium.launch({ executablePath, args: flags });

let [passed, failed] = [0, 0];
const check = (what, good, came = "") => {
  good ? (passed += 1) : (failed += 1);
  console.log(`${good ? "ok  " : "BAD "}${what}${good ? "" : `: ${came}`}`);
};

// Opens a page, lets something be done with it, and checks what has to be so whatever is done.
const open = async (name, file, how, options, act) => {
  const context = await browser.newContext(options);
  const page = await context.newPage();
  const said = [];
  page.on("console", (message) => ["error", "warning"].includes(message.type()) && said.push(message.text()));
  page.on("pageerror", (error) => said.push(String(error)));
  page.on("request", (request) => request.url().startsWith("file:") || said.push(`asked for ${request.url()}`));
  await page.goto(pathToFileURL(file).href);
  const about = `${name}, ${how}`;
  await act(page, about);
  check(`${about}: no error and no request`, said.length === 0, said.join("; "));
  await context.close();
};

const wide = { width: 1280, height: 900 };
const phone = { width: 390, height: 844 };

for (const argument of pages) {
  const [name, file] = argument.split(/=(.*)/s);
  for (const [how, viewport, colorScheme] of [
    ["on a screen", wide, "light"],
    ["on a screen in the dark", wide, "dark"],
    ["on a phone", phone, "light"],
    ["on a phone in the dark", phone, "dark"],
  ]) {
    await open(name, file, how, { viewport, colorScheme, bypassCSP: true }, async (page, about) => {
      const width = await page.evaluate(() => document.documentElement.scrollWidth);
      check(`${about}: nothing is wider than the window`, width <= viewport.width, `${width} px`);
      await page.screenshot({ path: `${pictures}/${name}-${how.replaceAll(" ", "-")}.png` });
      await page.evaluate(axe);
      const found = await page.evaluate(() => globalThis.axe.run().then((result) => result.violations));
      const words = found.map((one) => `${one.id} (${one.nodes.length}, such as ${one.nodes[0].html.slice(0, 160)})`);
      check(`${about}: a screen reader's rules`, found.length === 0, words.join("; "));
    });
  }

  await open(name, file, "without scripts", { viewport: wide, javaScriptEnabled: false }, async (page, about) => {
    check(`${about}: the summary is readable`, await page.locator("#summary .verdict").isVisible());
    check(`${about}: no tool that does nothing`, (await page.locator(".tools:visible").count()) === 0);
    const folded = page.locator("main details").first();
    if (await folded.count()) {
      await folded.locator("summary").first().click();
      check(`${about}: what is folded opens`, (await folded.getAttribute("open")) !== null);
    }
  });

  await open(name, file, "on paper", { viewport: wide }, async (page, about) => {
    const paper = await page.pdf({ path: `${pictures}/${name}.pdf`, format: "A4" });
    check(`${about}: it can be printed`, paper.length > 10_000, `${paper.length} bytes`);
    await page.emulateMedia({ media: "print" });
    check(`${about}: no tools and no menu`, (await page.locator("nav:visible, .tools:visible").count()) === 0);
  });

  await open(name, file, "by keyboard", { viewport: wide }, async (page, about) => {
    await page.keyboard.press("Tab");
    const first = await page.evaluate(() => document.activeElement.textContent);
    check(`${about}: the first key leads past the menu`, first === "To the content", first);
    const picture = page.locator("#canvas");
    if ((await picture.count()) === 0) return;
    const size = () => page.locator("#graph").evaluate((graph) => graph.getBoundingClientRect().width);
    const before = await size();
    await picture.focus();
    await page.keyboard.press("+");
    check(`${about}: + makes the picture larger`, (await size()) > before, `${before} to ${await size()}`);
    await page.keyboard.press("0");
    const frame = await picture.evaluate((one) => one.clientWidth);
    check(`${about}: 0 shows it whole`, (await size()) <= frame + 1, `${await size()} in ${frame}`);
  });

  await open(name, file, "searched", { viewport: wide }, async (page, about) => {
    if ((await page.locator("#canvas").count()) === 0) return;
    const wanted = await page.locator(".node .name").last().textContent();
    const word = wanted.slice(2).replace("…", "");
    await page.fill("#find", word);
    const hits = page.locator(".node.hit");
    check(`${about}: the picture finds ${word}`, (await hits.count()) > 0);
    const seen = await hits.first().evaluate((hit) => {
      const [box, frame] = [hit.getBoundingClientRect(), document.getElementById("canvas").getBoundingClientRect()];
      return box.left >= frame.left - 1 && box.right <= frame.right + 1 && box.top >= frame.top - 1 && box.bottom <= frame.bottom + 1;
    });
    check(`${about}: and brings it into view`, seen);
    await page.screenshot({ path: `${pictures}/${name}-found.png` });
    await page.fill("#find", "no such thing");
    check(`${about}: what is not there is not found`, (await hits.count()) === 0);
    const all = await page.locator(".resource").count();
    await page.fill("#filter", word);
    const shown = await page.locator(".resource:visible").count();
    check(`${about}: the list shows only what matches`, shown > 0 && shown < all, `${shown} of ${all}`);
    await page.fill("#filter", "");
    check(`${about}: and all again`, (await page.locator(".resource:visible").count()) === all);
    const node = page.locator(".node").first();
    const to = await node.getAttribute("href");
    await page.evaluate((hash) => { location.hash = hash; }, to);
    await page.waitForFunction((id) => document.querySelector(id).open, to);
    check(`${about}: a box leads to its resource, opened`, await page.locator(`${to} dl`).isVisible());
  });
}

await browser.close();
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed || !passed ? 1 : 0;
