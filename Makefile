# Each target is an npm script of the same name; this installs what it needs first. Runs on GNU make 3.81 (macOS) and up.

MAKEFLAGS += --no-print-directory
.DEFAULT_GOAL := help

SCRIPTS := demo stack test test-long bench replay growth screenshots mutate check format build settings clean
.PHONY: help install $(SCRIPTS)

help: ## list these targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-11s %s\n", $$1, $$2 }' Makefile

demo: ## watch payments become tickets on servers of its own
stack: ## start everything on this machine and keep it up until Ctrl-C
test: ## run the tests in a random order (TEST_SEED=… replays one, FILES=… chooses files)
test-long: ## the same promises at full size: long histories, hundreds of kills, days of outage, 20,000 payments
bench: ## measure every path beside its limit (ONLY=ingest,list chooses), in under 10 minutes
replay: ## days that broke others, once more, payment by payment (ONLY=rush chooses, SPEED=10 hurries)
growth: ## what the same work costs on 1,000, 10,000 and 100,000 payments, and with 1 to 3 replicas
screenshots: ## take the console's pages anew for docs/screenshots
mutate: ## change the pure core in a thousand small ways: the tests must notice (PART=join,notes chooses)
check: ## format, lint and types
format: ## put the code into its format, mend what lint can mend
build: ## compile the services into dist/
settings: ## write the settings into .env.example and the README
clean: ## remove what build and test leave behind

$(SCRIPTS): install
	@npm run --silent $@ $(if $(and $(filter test,$@),$(FILES)),-- $(FILES))

install: ## install the npm packages, when they are missing or old
	@sh deploy/local/ensure-install.sh
