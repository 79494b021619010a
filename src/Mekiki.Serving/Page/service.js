// Asks the service.

import { words } from "./words.js";

/** A problem that the page tells; its status is 0 where there was no answer. */
export class Problem extends Error {
  constructor(status, message) {
    super(message);
    this.status = status;
  }
}

export const keys = {
  get value() { return sessionStorage.getItem("key") ?? ""; },
  set value(key) { sessionStorage.setItem("key", key); },
};

async function ask(path, options = {}) {
  let response;
  try {
    response = await fetch(path, { ...options, headers: { ...options.headers, ...(keys.value ? { "X-API-Key": keys.value } : {}) } });
  } catch (error) {
    if (error.name === "AbortError")
      throw error;
    throw new Problem(0, words.noAnswer);
  }
  if (response.ok)
    return response;
  const text = await response.text();
  let said;
  try {
    said = JSON.parse(text);
  } catch {
    said = {};
  }
  throw new Problem(response.status, response.status === 401 ? words.wrongKey : said.detail ?? said.error ?? text);
}

const path = name => `/models/${encodeURIComponent(name)}`;

/** What the model sees in a picture. */
export const predict = async (model, picture, calibrated, signal) =>
  (await ask(`${path(model)}/predict?top=5${calibrated ? "&unknown_at=95" : ""}`, { method: "POST", body: picture, headers: { "Content-Type": "application/octet-stream" }, signal })).json();

/** The picture over its heat map. */
export const explain = async (model, picture) =>
  (await ask(`${path(model)}/explain`, { method: "POST", body: picture, headers: { "Content-Type": "application/octet-stream" } })).blob();

/** The training images that are most like a picture. */
export const similar = async (model, picture) =>
  (await (await ask(`${path(model)}/similar`, { method: "POST", body: picture, headers: { "Content-Type": "application/octet-stream" } })).json()).images;

export const list = async () => (await ask("/models")).json();

export const card = async model => (await ask(`${path(model)}/card`)).json();

/** The page of the report, which the browser opens. */
export const report = async model => (await ask(`${path(model)}/report`)).blob();

/** Keeps a picture with its right class. */
export const correct = async (model, picture, label, answer) =>
  (await ask(`/corrections?${new URLSearchParams({ model, label, answer })}`, { method: "POST", body: picture, headers: { "Content-Type": "application/octet-stream" } })).json();
