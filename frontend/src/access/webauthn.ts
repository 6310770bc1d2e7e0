/** What the browser's security keys speak, in the JSON that the server understands. */

interface Descriptor {
  id: string;
  type: "public-key";
}

/** As `navigator.credentials.create` takes it, but in JSON. */
export interface CreationOptions {
  challenge: string;
  user: { id: string };
  excludeCredentials?: Descriptor[];
}

export interface RequestOptions {
  challenge: string;
  allowCredentials?: Descriptor[];
}

function bytesOf(text: string): ArrayBuffer {
  const plain = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(plain, (letter) => letter.charCodeAt(0)).buffer;
}

export function base64url(bytes: ArrayBuffer): string {
  const plain = Array.from(new Uint8Array(bytes), (byte) => String.fromCharCode(byte)).join("");
  return btoa(plain).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

const descriptors = (given: Descriptor[] = []) => given.map((each) => ({ ...each, id: bytesOf(each.id) }));

/** Whether this page can use security keys: browsers allow it by https and on localhost alone, and never by an IP address. */
export function canUseKeys(): boolean {
  return "PublicKeyCredential" in window && !/^[\d.]+$|:/.test(window.location.hostname);
}

/** Have a key made. Rejects when the person cancels, or the browser cannot. */
export async function createKey(options: CreationOptions): Promise<Record<string, unknown>> {
  const made = await navigator.credentials.create({
    publicKey: {
      ...(options as unknown as PublicKeyCredentialCreationOptions),
      challenge: bytesOf(options.challenge),
      user: { ...(options.user as unknown as PublicKeyCredentialUserEntity), id: bytesOf(options.user.id) },
      excludeCredentials: descriptors(options.excludeCredentials),
    },
  });
  const { id, rawId, type, response } = made as PublicKeyCredential;
  const { clientDataJSON, attestationObject } = response as AuthenticatorAttestationResponse;
  return {
    id,
    rawId: base64url(rawId),
    type,
    response: { clientDataJSON: base64url(clientDataJSON), attestationObject: base64url(attestationObject) },
    clientExtensionResults: {},
  };
}

/** Have a key answer. Rejects when the person cancels, or none of the keys is there. */
export async function askKey(options: RequestOptions): Promise<Record<string, unknown>> {
  const given = await navigator.credentials.get({
    publicKey: {
      ...(options as unknown as PublicKeyCredentialRequestOptions),
      challenge: bytesOf(options.challenge),
      allowCredentials: descriptors(options.allowCredentials),
    },
  });
  const { id, rawId, type, response } = given as PublicKeyCredential;
  const { clientDataJSON, authenticatorData, signature, userHandle } = response as AuthenticatorAssertionResponse;
  return {
    id,
    rawId: base64url(rawId),
    type,
    response: {
      clientDataJSON: base64url(clientDataJSON),
      authenticatorData: base64url(authenticatorData),
      signature: base64url(signature),
      userHandle: userHandle && base64url(userHandle),
    },
    clientExtensionResults: {},
  };
}
