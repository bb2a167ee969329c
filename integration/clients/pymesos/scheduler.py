"""A scheduler written with the PyPI package pymesos: scheduler.py MASTER [EXECUTOR_COMMAND].

Runs one task that ends well, one that fails and one that it kills, as commands or by an executor of its own, to which it
talks before it kills the task there. Tells of everything in lines of JSON; anything on standard input tears it down.
"""
import json
import sys
import threading

from pymesos import MesosSchedulerDriver, Scheduler, decode_data, encode_data

COMMANDS = {"finish": "echo done", "fail": "exit 3", "kill": "sleep 1000"}
EXECUTOR_ID = {"value": "pymesos-executor"}

output = threading.Lock()


def tell(event, **fields):
    with output:
        print(json.dumps(dict(event=event, **fields)), flush=True)


def scalar(name, value):
    return {"name": name, "type": "SCALAR", "scalar": {"value": value}}


class ThreeTasks(Scheduler):
    def __init__(self, executor_command):
        self.executor_command = executor_command
        self.waiting = dict(COMMANDS)

    def registered(self, driver, framework_id, master_info):
        tell("subscribed", frameworkId=framework_id["value"], master=master_info)

    def reregistered(self, driver, master_info):
        tell("reregistered")

    def resourceOffers(self, driver, offers):
        tell("offers", offers=len(offers))
        for offer in offers:
            tasks = [self.task(name, offer) for name in self.waiting]
            self.waiting = {}
            driver.launchTasks(offer["id"], tasks)

    def task(self, name, offer):
        task = {
            "name": name,
            "task_id": {"value": name},
            "agent_id": offer["agent_id"],
            "resources": [scalar("cpus", 0.5), scalar("mem", 64)],
        }
        if self.executor_command is None:
            task["command"] = {"value": COMMANDS[name]}
        else:
            task["executor"] = {
                "executor_id": EXECUTOR_ID,
                "name": "an executor written with pymesos",
                "command": {"value": self.executor_command},
                "resources": [scalar("cpus", 0.1), scalar("mem", 32)],
            }
        return task

    def statusUpdate(self, driver, status):
        task_id = status["task_id"]
        tell("update", taskId=task_id["value"], state=status["state"])
        if task_id["value"] != "kill" or status["state"] != "TASK_RUNNING":
            return
        if self.executor_command is None:
            driver.killTask(task_id)
        else:
            driver.sendFrameworkMessage(
                status["executor_id"], status["agent_id"], encode_data(b"are you there?")
            )

    def frameworkMessage(self, driver, executor_id, agent_id, data):
        tell("message", executorId=executor_id["value"], data=decode_data(data).decode())
        driver.killTask({"value": "kill"})

    def executorLost(self, driver, executor_id, agent_id, status):
        tell("executor lost", executorId=executor_id["value"])

    def error(self, driver, message):
        tell("error", message=message)


master, executor_command = (sys.argv[1:] + [None])[:2]
driver = MesosSchedulerDriver(
    ThreeTasks(executor_command),
    {"user": "root", "name": "pymesos-test", "failover_timeout": 60},
    master,
)
driver.start()
sys.stdin.readline()
driver.stop()
driver.join()
