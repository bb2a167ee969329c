"""An executor written with the PyPI package pymesos: its tasks are called after what becomes of them."""
from pymesos import Executor, MesosExecutorDriver, decode_data, encode_data


class ThreeTasks(Executor):
    def launchTask(self, driver, task):
        task_id = task["task_id"]
        self.update(driver, task_id, "TASK_RUNNING")
        if task["name"] == "finish":
            self.update(driver, task_id, "TASK_FINISHED")
        elif task["name"] == "fail":
            self.update(driver, task_id, "TASK_FAILED")

    def killTask(self, driver, task_id):
        self.update(driver, task_id, "TASK_KILLED")

    def frameworkMessage(self, driver, data):
        question = decode_data(data).decode()
        driver.sendFrameworkMessage(encode_data(f"{question} I am".encode()))

    def update(self, driver, task_id, state):
        driver.sendStatusUpdate({"task_id": task_id, "state": state})


MesosExecutorDriver(ThreeTasks()).run()
