import type { ResourceListMessages } from "../../resource/messages.ts";

/** Texts of the list of images. */
export const listMessages: ResourceListMessages = {
  title: "Images",
  filter: "Filter images",
  nothingMatches: (filter) => `No image has “${filter}” in its tags, digests, id or containers.`,
  gone: "No such image",
  showAll: "Show all images",
  empty: "No images yet",
  emptyHint: "Pull an image, or deploy a stack or a catalogue entry that brings its own.",
};

/** Texts about one image. */
export const imageMessages = {
  newerAvailable: "Newer available",
  keptForRollback: (service: string) => `rollback for ${service}`,
  keptForRollbackHint: (service: string) => `The previous image of ${service}`,
  newerFor: "The registry has a newer image for",
  noTags: "Untagged: a newer image has taken its tags.",
  noContainers: "No containers use it.",
  noVariables: "No variables",
  valuesHidden: "Values hidden",
  noLabels: "No labels",
  layers: (count: number) => `Layers (${count})`,
  addTag: "Add tag",
  removeTag: (tag: string) => `Remove tag ${tag}`,
  removeTagTitle: (tag: string) => `Remove tag ${tag}?`,
  removeTagBody: "The image stays while it has another tag.",
  removeTagAction: "Remove tag",
  remove: "Remove image",
} as const;

/** Texts of the dialogs. */
export const dialogMessages = {
  removeTitle: (image: string) => `Remove ${image}?`,
  removed: (image: string) => `${image} has been removed`,
  inUse: (containers: string) => `Running containers use this image: ${containers}. Stop and remove them first.`,
  removeBody: (size: string) =>
    `Deletes the image (${size}, minus the layers that other images share). It can be pulled again only while a registry has it.`,
  force: "Remove anyway",
  forceStopped: "Stopped containers use this image. They are kept, but cannot be recreated without it.",
  forceTags: (count: number) => `All of its ${count} tags are removed.`,
  tagTitle: (image: string) => `Tag ${image}`,
  newTag: "New tag",
  newTagHint:
    "A repository and a tag, such as registry.example.com/team/app:stable. Any other image with this tag loses it.",
  pullTitle: "Pull an image",
  pull: "Pull",
  pullAnother: "Pull another",
  background: "Run in background",
  close: "Close",
  pullHint: "For example nginx, nginx:1.27, ghcr.io/owner/app:v1 or a name with a digest.",
  pullFrom: (registry: string, repository: string, version: string) => `From ${registry}: ${repository}, ${version}.`,
  registriesTitle: "Registries",
  noRegistries: "No saved credentials. Public images need none.",
  forgetRegistry: (host: string) => `Remove the credentials for ${host}`,
  signedIn: (host: string) => `Signed in to ${host}`,
  signIn: "Sign in",
  hostHint: "The host part of image names; docker.io for Docker Hub. Replaces earlier credentials for this registry.",
  passwordHint: "Stored on the server, sent only to this registry, and never shown again.",
  draftWithout: "passwords and tokens",
} as const;

/** Headings, field labels and buttons. */
export const imageLabels = {
  image: "Image",
  tags: "Tags",
  usedBy: "Used by",
  environment: "Environment",
  labels: "Labels",
  copyTheFullId: "Copy the full id",
  copyTheDigest: "Copy the digest",
  registries: "Registries",
  pullImage: "Pull image",
  registry: "Registry",
  user: "User",
  passwordOrToken: "Password or token",
  name: "Name",
  id: "Id",
  size: "Size",
} as const;

/** Lines of the command palette. */
export const commandMessages = {
  group: "Image",
  tag: "Add a name to",
  remove: "Remove",
  check: "Check for newer images",
  checking: "Checking for newer images",
} as const;
