// sharp: a request a line in, a timed answer a line out, as the Python contenders do.
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { performance } from "node:perf_hooks";
import sharp from "sharp";

sharp.concurrency(1);
sharp.cache(false); // else the second round would be answered from the first

const fit = (side) => ({ width: side, height: side, fit: "inside", withoutEnlargement: true });
const encoder = (request) => ({ quality: request.quality, effort: request.effort });

// As sharp's documentation shows it: one pipeline a size, each with its own scaled-down decoding.
async function pipelines(data, request) {
  const made = {};
  for (const [name, side] of Object.entries(request.sides)) {
    made[name] = await sharp(data)
      .autoOrient()
      .resize(fit(side))
      .webp(encoder(request))
      .toBuffer();
  }
  return made;
}

// As few do it: the file is decoded once, and each size is made from the next larger one's pixels.
async function cascade(data, request) {
  const made = {};
  let pixels = data;
  let options = {};
  for (const [name, side] of Object.entries(request.sides).sort((a, b) => b[1] - a[1])) {
    const scaled = await sharp(pixels, options)
      .autoOrient()
      .resize(fit(side))
      .raw()
      .toBuffer({ resolveWithObject: true });
    pixels = scaled.data;
    const { width, height, channels } = scaled.info;
    options = { raw: { width, height, channels } };
    made[name] = await sharp(pixels, options).webp(encoder(request)).toBuffer();
  }
  return made;
}

const make = process.argv[2] === "cascade" ? cascade : pipelines;

async function answer(request) {
  if ("hello" in request) return { versions: { sharp: sharp.versions.sharp, libvips: sharp.versions.vips } };
  const data = await readFile(request.picture);
  const started = performance.now();
  const worked = process.cpuUsage();
  const made = await make(data, request);
  const milliseconds = performance.now() - started;
  const { user, system } = process.cpuUsage(worked);
  if (request.save) {
    for (const [name, encoded] of Object.entries(made)) {
      await writeFile(join(request.save, `${name}.webp`), encoded);
    }
  }
  return { milliseconds, cpu_milliseconds: (user + system) / 1000 };
}

for await (const line of createInterface({ input: process.stdin })) {
  let said;
  try {
    said = await answer(JSON.parse(line));
  } catch (error) {
    said = { error: String(error.message).split("\n").at(-1) };
  }
  process.stdout.write(`${JSON.stringify(said)}\n`);
}
