/* SPDX-License-Identifier: MIT */
#pragma once

struct profile;
struct request;

/*
 * A device that has proved itself was given its profile: looks at what it says
 * about itself (fleet/learn.h), which costs a hash as long as it says the same.
 */
void agent_note(struct request *req, struct profile *profile);
