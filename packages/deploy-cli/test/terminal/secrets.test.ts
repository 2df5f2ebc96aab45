import { Secrets } from "../../src/terminal/secrets.js";

it("hides a secret wherever it stands, plain or escaped", () => {
  const secrets = new Secrets();
  secrets.add('rnd_"a/b"');
  expect(secrets.hide('key rnd_"a/b" in a URL rnd_%22a%2Fb%22 in JSON "rnd_\\"a/b\\""')).toBe(
    'key [hidden] in a URL [hidden] in JSON "[hidden]"',
  );
});

it("hides the longer of two secrets first", () => {
  const secrets = new Secrets();
  secrets.add("abcdef");
  secrets.add("abcdef-ghi");
  expect(secrets.hide("abcdef-ghi")).toBe("[hidden]");
});

it("leaves text alone when there is no secret, or only one too short to be one", () => {
  const secrets = new Secrets();
  secrets.add(undefined);
  secrets.add("");
  secrets.add("a");
  expect(secrets.hide("a banana")).toBe("a banana");
});
