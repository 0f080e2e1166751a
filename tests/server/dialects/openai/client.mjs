// What the official npm client gets from a server: node client.mjs ADDRESS SCENARIO, run where `openai` is
// installed. Prints what came of it as JSON.

import { createRequire } from "node:module";
import { readFile } from "node:fs/promises";
import path from "node:path";

const require = createRequire(path.join(process.cwd(), "client.mjs"));
const { OpenAI, toFile } = require("openai");

const [address, scenario] = process.argv.slice(2);
const client = new OpenAI({ baseURL: `${address}/v1`, apiKey: "any", maxRetries: 0 });

const picture = async (name) => toFile(await readFile(name), name, { type: "image/png" });
const chat = (content, more = {}) => ({ model: "fake", messages: [{ role: "user", content }], ...more });

const scenarios = {
  async models() {
    const found = [];
    for await (const model of client.models.list()) found.push(model.id);
    return { found, one: (await client.models.retrieve("fake:any/model")).id };
  },

  async generate() {
    const asked = { model: "fake", prompt: "a boat", n: 2, seed: 7, steps: 3, negative_prompt: "blur" };
    const [first, again] = [await client.images.generate(asked), await client.images.generate(asked)];
    return { first: first.data, again: again.data, size: first.size };
  },

  async stream() {
    const events = [];
    const stream = await client.images.generate({ model: "fake", prompt: "a boat", n: 2, stream: true });
    for await (const event of stream) events.push(event.type);
    return { events };
  },

  async edit() {
    const files = { image: await picture("image.png"), mask: await picture("mask.png") };
    const answer = await client.images.edit({ model: "fake", prompt: "a hole", ...files, strength: 1, seed: 4 });
    return { data: answer.data };
  },

  async variation() {
    const image = await picture("image.png");
    const answer = await client.images.createVariation({ model: "fake", image, prompt: "like it" });
    return { data: answer.data };
  },

  async chat() {
    const bytes = await readFile("image.png");
    const url = `data:image/png;base64,${bytes.toString("base64")}`;
    const content = [{ type: "text", text: "what is it?" }, { type: "image_url", image_url: { url } }];
    const whole = await client.chat.completions.create(chat(content));
    const options = { stream: true, stream_options: { include_usage: true } };
    const pieces = [];
    let usage = null;
    for await (const chunk of await client.chat.completions.create(chat(content, options))) {
      if (chunk.choices[0]?.delta?.content) pieces.push(chunk.choices[0].delta.content);
      usage = chunk.usage ?? usage;
    }
    return { whole: whole.choices[0].message.content, pieces, usage };
  },

  async speech() {
    const answer = await client.audio.speech.create({ model: "fake", voice: "alloy", input: "one two three" });
    return { audio: Buffer.from(await answer.arrayBuffer()).toString("base64") };
  },

  async errors() {
    const said = async (asking) => {
      try {
        await asking;
        return null;
      } catch (error) {
        return { name: error.constructor.name, status: error.status, code: error.code, message: error.message };
      }
    };
    return {
      unknown: await said(client.chat.completions.create(chat("hi", { model: "nobody" }))),
      bad: await said(client.images.generate({ model: "fake", prompt: "x", size: "1x1" })),
      broken: await said(client.images.edit({ model: "fake", prompt: "x", image: await picture("client.txt") })),
    };
  },

  async abort() {
    const controller = new AbortController();
    const stream = await client.images.generate(
      { model: "slow", prompt: "a boat", stream: true },
      { signal: controller.signal },
    );
    controller.abort();
    let ended = "whole";
    try {
      for await (const event of stream) ended = event.type;
    } catch (error) {
      ended = error.constructor.name;
    }
    return { ended };
  },
};

console.log(JSON.stringify(await scenarios[scenario]()));
