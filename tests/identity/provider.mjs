// A certified OpenID provider with a page to sign in on, for tests: `node provider.mjs PORT FOLDER`.
// FOLDER/people.json says who there is ({name: {password, claims}}) and is read anew each time.
import { generateKeyPairSync, randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";

import { Provider } from "oidc-provider";

const [port, folder] = process.argv.slice(2);
const { clients } = JSON.parse(readFileSync(`${folder}/clients.json`, "utf8"));
const people = () => JSON.parse(readFileSync(`${folder}/people.json`, "utf8"));
const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
const issuer = `http://127.0.0.1:${port}`;

const provider = new Provider(issuer, {
  clients,
  jwks: { keys: [{ ...privateKey.export({ format: "jwk" }), use: "sig", alg: "RS256", kid: "of-the-tests" }] },
  cookies: { keys: [randomBytes(32).toString("hex")] },
  pkce: { required: () => true },
  features: { devInteractions: { enabled: false } },
  claims: { openid: ["sub"], profile: ["name", "preferred_username", "groups"], email: ["email", "email_verified"] },
  ttl: { AccessToken: 600, AuthorizationCode: 60, Grant: 600, IdToken: 600, Interaction: 600, Session: 600 },
  interactions: { url: (_context, interaction) => `/sign-in/${interaction.uid}` },
  findAccount: (_context, id) => {
    const found = Object.values(people()).find(({ claims }) => claims.sub === id);
    return found && { accountId: id, claims: () => found.claims };
  },
  // Nobody is asked whether the client may know them: it is the organization's own.
  loadExistingGrant: async (context) => {
    const { Grant } = context.oidc.provider;
    const grant = new Grant({ accountId: context.oidc.session.accountId, clientId: context.oidc.client.clientId });
    grant.addOIDCScope("openid profile email");
    await grant.save();
    return grant;
  },
});

const page = (uid, complaint) => `<!doctype html><html lang="en"><title>Example provider</title>
<h1>Example provider</h1><p role="alert">${complaint}</p>
<form method="post" action="/sign-in/${uid}"><label>Name <input name="name"></label>
<label>Secret word <input name="password" type="password"></label><button>Continue</button></form></html>`;

async function signIn(request, response) {
  const uid = new URL(request.url, issuer).pathname.split("/")[2].replaceAll(/[^\w-]/g, "");
  if (request.method === "POST") {
    let body = "";
    for await (const part of request) body += part;
    const given = new URLSearchParams(body);
    const person = people()[given.get("name")];
    if (person?.password === given.get("password")) {
      return provider.interactionFinished(request, response, { login: { accountId: person.claims.sub, remember: false } });
    }
    if (given.get("name") === "nobody") {
      return provider.interactionFinished(request, response, { error: "access_denied" });
    }
  }
  response.writeHead(200, { "Content-Type": "text/html; charset=utf-8" });
  response.end(page(uid, request.method === "POST" ? "That is wrong." : ""));
}

const callback = provider.callback();
createServer((request, response) => {
  if (!request.url.startsWith("/sign-in/")) return callback(request, response);
  return signIn(request, response).catch((error) => {
    response.writeHead(400, { "Content-Type": "text/plain" });
    response.end(String(error));
  });
}).listen(Number(port), "127.0.0.1", () => console.log("ready"));
