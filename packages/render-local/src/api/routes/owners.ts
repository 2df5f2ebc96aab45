import { Router } from "express";
import { ApiError } from "../../errors.js";
import type { ApiContext } from "../context.js";
import { page } from "../pagination.js";
import { texts } from "../query.js";

export function ownerRoutes({ workspace }: ApiContext): Router {
  const { owner, platform } = workspace;
  return Router()
    .get("/owners", (request, response) => {
      const names = texts(request, "name");
      const emails = texts(request, "email");
      const isWanted =
        (names.length === 0 || names.includes(owner.name)) &&
        (emails.length === 0 || emails.includes(owner.email));
      response.json(
        page(
          request,
          isWanted ? [owner] : [],
          "owner",
          ({ id }) => id,
          (one) => one,
        ),
      );
    })
    .get("/owners/:ownerId", (request, response) => {
      if (request.params.ownerId !== owner.id) {
        throw new ApiError(404, `not found: workspace ${request.params.ownerId}`);
      }
      response.json(owner);
    })
    .get("/users", (_request, response) => {
      response.json({ email: platform.user.email, name: platform.user.name });
    });
}
