/* SPDX-License-Identifier: MIT */
#pragma once

struct config;

/*
 * The service that desk phones talk to (POST /DeploymentService/LoginService):
 * before http_start(), and after http_stop().
 */
void wpi_setup(void);
void wpi_done(void);
